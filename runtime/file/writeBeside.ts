import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a text to a new file beside `file`, and has `place` rename or link it to there: nobody ever reads half of it. When this
 * returns, the text is on the disk and survives a loss of power.
 */
export function writeBeside(file: string, text: string, mode: number, place: (beside: string) => void): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const beside = `${file}.${randomUUID()}`;
  try {
    writeFileSync(beside, text, { mode, flush: true });
    place(beside);
    flushFolder(folder);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** A name is on the disk when its folder is. */
function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
