import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export const KEY_BYTES = 32;

/** The first wraps what is sealed from now on; those behind it open what was sealed before. */
export type KeyEncryptionKeys = readonly [Uint8Array, ...Uint8Array[]];

/**
 * The key that wraps the data keys of secrets (D12). Keep a copy of it apart from the database: whoever has both reads the
 * secrets, whoever lost it cannot. All instances on one database need the same.
 * @param file holds it as base64; made there (mode 0600) at the first start. Several, parted by white space: the newest first.
 * @param given the key itself as base64, or several, as from the environment; then the file is not looked at.
 * @throws Error that names where it came from when it is no such key.
 */
export function keyEncryptionKeys(file: string, given = ''): KeyEncryptionKeys {
  if (given !== '') return parse(given, 'the given key-encryption key');
  if (!existsSync(file)) create(file);
  return parse(readFileSync(file, 'utf8'), file);
}

/** Puts a new key before those that the file holds, and on the disk: what it wraps afterwards is not lost with the machine's power. */
export function makeNextKeyEncryptionKey(file: string): void {
  replace(file, [randomBytes(KEY_BYTES), ...keyEncryptionKeys(file)]);
}

/** Nothing is wrapped by the former keys any more. */
export function dropFormerKeyEncryptionKeys(file: string): void {
  const [newest] = keyEncryptionKeys(file);
  replace(file, [newest]);
}

function parse(text: string, where: string): KeyEncryptionKeys {
  const [first = '', ...others] = text.split(/\s+/).filter((word) => word !== '');
  return [parseOne(first, where), ...others.map((one) => parseOne(one, where))];
}

function parseOne(text: string, where: string): Uint8Array {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${where}: expected ${KEY_BYTES} bytes as base64, found ${key.length}`);
  return key;
}

/** Written beside and linked then: of two processes that start at once, both use the same, and neither reads half of it. */
function create(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  try {
    writeFileSync(own, textOf([randomBytes(KEY_BYTES)]), { mode: 0o600 });
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function replace(file: string, keys: readonly Uint8Array[]): void {
  const own = `${file}.${randomUUID()}`;
  try {
    writeFileSync(own, textOf(keys), { mode: 0o600, flush: true });
    renameSync(own, file);
    const folder = openSync(dirname(file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  } finally {
    rmSync(own, { force: true });
  }
}

function textOf(keys: readonly Uint8Array[]): string {
  return keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join('');
}
