import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { checkKeyEncryptionKey } from './checkKeyEncryptionKey.ts';
import { keyEncryptionKeys, type KeyEncryptionKeys } from './keyEncryptionKey.ts';
import { keyGrants } from './keyGrants.ts';
import { secretSealer, WrongKeyEncryptionKey } from './secretSealer.ts';

const KEY = { type: 'Secret', mesh: 'default', name: 's' };

async function folder(): Promise<string> {
  const { path, remove } = await tempDir('key');
  onTestFinished(remove);
  return path;
}

it('is made once, for nobody else to read, and then the same', async () => {
  const file = join(await folder(), 'deep', 'secrets.key');
  const keys = keyEncryptionKeys(file);
  expect([keys.length, keys[0].length]).toEqual([1, 32]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(keyEncryptionKeys(file)).toEqual(keys);
  expect(readdirSync(join(file, '..'))).toEqual(['secrets.key']);
});

it('may be given itself; what is no key is refused with the place it came from', async () => {
  const file = join(await folder(), 'secrets.key');
  const given = randomBytes(32).toString('base64');
  expect(Buffer.from(keyEncryptionKeys(file, `${given}\n`)[0]).toString('base64')).toBe(given);
  writeFileSync(file, 'c2hvcnQ=');
  expect(() => keyEncryptionKeys(file)).toThrow(`${file}: expected 32 bytes as base64, found 5`);
  expect(() => keyEncryptionKeys(file, 'c2hvcnQ=')).toThrow('the given key-encryption key: expected 32 bytes');
});

it('is found to be the wrong one at the start', async () => {
  const [right, wrong]: KeyEncryptionKeys[] = [[randomBytes(32)], [randomBytes(32)]];
  if (!right || !wrong) throw new Error('there are two');
  const wrapped = new Map<string, Uint8Array>();
  const store = {
    get: async (id: string) => wrapped.get(id),
    ids: async () => [...wrapped.keys()],
    idsForZones: async () => [...wrapped.keys()],
    zones: async () => new Map<string, string>(),
  };
  await checkKeyEncryptionKey(wrong, store); // nothing is sealed yet
  const { sealed, dataKey } = secretSealer(right, store).seal(KEY, 'c2VjcmV0');
  wrapped.set(dataKey.keyId, dataKey.wrapped);
  await checkKeyEncryptionKey(right, store);
  await expect(checkKeyEncryptionKey(wrong, store)).rejects.toBeInstanceOf(WrongKeyEncryptionKey);
  await expect(secretSealer(wrong, store).open(KEY, sealed)).rejects.toMatchObject({
    name: 'SecretUnreadable',
    cause: { name: 'WrongKeyEncryptionKey' },
  });
  expect(await keyGrants(right, store).grant('unknown-zone', sealed.keyId)).toBeUndefined();
});
