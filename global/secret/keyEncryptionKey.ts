import { randomBytes } from 'node:crypto';
import { type KeyFormat, keyFile, keysIn, makeNextKey } from '../../runtime/file/keyFile.ts';

export const KEY_BYTES = 32;

/** The first wraps what is sealed from now on; those behind it open what was sealed before. */
export type KeyEncryptionKeys = readonly [Uint8Array, ...Uint8Array[]];

const BASE64: KeyFormat<Uint8Array> = {
  name: 'key-encryption key',
  make: () => randomBytes(KEY_BYTES).toString('base64'),
  parse: (text) => {
    const key = Buffer.from(text, 'base64');
    if (key.length !== KEY_BYTES) throw new Error(`expected ${KEY_BYTES} bytes as base64, found ${key.length}`);
    return key;
  },
};

/**
 * The key that wraps the data keys of secrets. Keep a copy of it apart from the database: whoever has both reads the
 * secrets, whoever lost it cannot. All instances on one database need the same.
 * @param file holds it as base64; made there (mode 0600) at the first start. Several, parted by white space: the newest first.
 * @param given the key itself as base64, or several, as from the environment; then the file is not looked at.
 * @throws Error that names where it came from when it is no such key.
 */
export function keyEncryptionKeys(file: string, given = ''): KeyEncryptionKeys {
  if (given !== '') return keysIn(given, 'the given key-encryption key', BASE64);
  const { newest, former } = keyFile(file, BASE64);
  return [newest(), ...former()];
}

/** Puts a new key before those that the file holds. @throws Error when there is no file */
export function makeNextKeyEncryptionKey(file: string): void {
  makeNextKey(file, BASE64);
}

/** Nothing is wrapped by the former keys any more. */
export function dropFormerKeyEncryptionKeys(file: string): void {
  keyFile(file, BASE64).dropFormer();
}
