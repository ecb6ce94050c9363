import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export const KEY_BYTES = 32;

/**
 * The key that wraps the data keys of secrets (D12). Keep a copy of it apart from the database: whoever has both reads the
 * secrets, whoever lost it cannot. All instances on one database need the same.
 * @param file holds it as base64; made there (mode 0600) at the first start.
 * @param given the key itself as base64, as from the environment; then the file is not looked at.
 * @throws Error that names where it came from when it is no such key.
 */
export function keyEncryptionKey(file: string, given = ''): Uint8Array {
  if (given !== '') return parse(given, 'the given key-encryption key');
  if (!existsSync(file)) create(file);
  return parse(readFileSync(file, 'utf8'), file);
}

function parse(text: string, where: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${where}: expected ${KEY_BYTES} bytes as base64, found ${key.length}`);
  return key;
}

/** Written beside and linked then: of two processes that start at once, both use the same, and neither reads half of it. */
function create(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  try {
    writeFileSync(own, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600 });
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
}
