import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export const KEY_BYTES = 32;

/**
 * The key that wraps the data keys of secrets (D12): read from a file as base64, made there (mode 0600) at the first start. Keep a
 * copy of it apart from the database: whoever has both reads the secrets, whoever lost it cannot.
 * @throws Error that names the file when what it holds is no such key.
 */
export function keyEncryptionKey(file: string): Uint8Array {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${file}: expected ${KEY_BYTES} bytes as base64, found ${key.length}`);
  return key;
}
