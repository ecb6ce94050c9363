// A stamp says from which inputs a folder was made, so that an up-to-date folder costs one small read.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileName = '.meridian-stamp';

export const digest = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

export function isStamped(folder, value) {
  try {
    return readFileSync(join(folder, fileName), 'utf8') === value;
  } catch {
    return false;
  }
}

export const stamp = (folder, value) => writeFileSync(join(folder, fileName), value);
