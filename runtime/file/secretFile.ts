import { existsSync, linkSync, readFileSync } from 'node:fs';
import { writeBeside } from './writeBeside.ts';

/** The text of a file that only its owner may read (mode 0600), made at the first start. */
export function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) create(file, make());
  return readFileSync(file, 'utf8');
}

/** Of two processes that start at once, both use the same: a link is not made where there is a file. */
function create(file: string, text: string): void {
  try {
    writeBeside(file, text, 0o600, (own) => linkSync(own, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
