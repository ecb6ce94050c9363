import { renameSync } from 'node:fs';
import { writeBeside } from './writeBeside.ts';

/**
 * Replaces a file, or makes it. Whoever reads it meanwhile reads the old text or the new one, never half of it.
 * @param mode absent: only its owner may read it
 */
export function replaceFile(file: string, text: string, mode = 0o600): void {
  writeBeside(file, text, mode, (own) => renameSync(own, file));
}
