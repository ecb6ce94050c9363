import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The text of a file that only its owner may read (mode 0600), made at the first start. */
export function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) create(file, make());
  return readFileSync(file, 'utf8');
}

/** Replaces such a file, or makes it. Whoever reads it meanwhile reads the old text or the new one, never half of it. */
export function replaceSecretFile(file: string, text: string): void {
  const own = writtenBeside(file, text);
  try {
    renameSync(own, file);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Written beside and linked then: of two processes that start at once, both use the same, and neither reads half of it. */
function create(file: string, text: string): void {
  const own = writtenBeside(file, text);
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function writtenBeside(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, text, { mode: 0o600 });
  return own;
}
