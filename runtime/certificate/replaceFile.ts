import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a file, or makes it. Whoever reads it meanwhile reads the old text or the new one, never half of it. */
export function replaceFile(file: string, text: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  try {
    writeFileSync(own, text, { mode });
    renameSync(own, file);
  } finally {
    rmSync(own, { force: true });
  }
}
