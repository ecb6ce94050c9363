import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { grantDataKey } from '../global/secret/grant.ts';
import { keyEncryptionKeys } from '../global/secret/keyEncryptionKey.ts';
import { openDataKey, secretSealer } from '../global/secret/secretSealer.ts';
import { openGrant, openSealed } from '../zone/identity/openGrant.ts';
import { zoneKeys } from '../zone/identity/zoneKey.ts';
import { tempDir } from './support/tempDir.ts';

const KEY = { type: 'Secret', mesh: 'default', name: 's' };
const DATA = Buffer.from('top secret').toString('base64');

it('is sealed by global, granted to a zone, and opened there and nowhere else', async () => {
  const { path: folder, remove } = await tempDir();
  onTestFinished(remove);
  const keks = keyEncryptionKeys(join(folder, 'global', 'secrets.key'));
  const wrapped = new Map<string, Uint8Array>();
  const store = { get: async (id: string) => wrapped.get(id) };
  const sealer = secretSealer(keks, store);
  const { sealed, dataKey } = sealer.seal(KEY, DATA);
  wrapped.set(dataKey.keyId, dataKey.wrapped);

  expect(JSON.stringify(sealed)).not.toContain(DATA);
  expect(await sealer.open(KEY, sealed)).toBe(DATA);
  await expect(sealer.open({ ...KEY, name: 'other' }, sealed)).rejects.toThrow();

  const zone = zoneKeys(join(folder, 'zone', 'zone.key')).newest();
  const plainKey = await openDataKey(keks, store, sealed.keyId);
  const grant = grantDataKey(plainKey ?? new Uint8Array(), zone.publicKey, sealed.keyId);
  expect(openSealed(sealed, openGrant(grant, zone.privateKey, sealed.keyId), 'default/Secret/s')).toBe(DATA);
  const stranger = zoneKeys(join(folder, 'zone', 'stranger.key')).newest();
  expect(() => openGrant(grant, stranger.privateKey, sealed.keyId)).toThrow();

  wrapped.clear(); // the secret was deleted
  await expect(sealer.open(KEY, sealed)).rejects.toThrow(/destroyed/);
});
