import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { ensureZone } from '../command/ensureZone.ts';
import { openPolicyLog } from '../command/openPolicyLog.ts';
import { hubCredentials } from '../log/hubCredentials.ts';
import { currentAccount } from './currentAccount.ts';
import { ensureHubKeys } from './ensureHubKeys.ts';
import { readHubKeys } from './readHubKeys.ts';
import { retireSigningKeys, rotateSigningKey } from './rotateSigningKey.ts';

const DAY_MS = 24 * 3_600_000;

it('the next key signs at once; the one before it goes when every zone has a credential of the next', async () => {
  const { path, remove } = await tempDir('rotate');
  onTestFinished(remove);
  let days = 0;
  const now = () => new Date(Date.parse('2026-11-21T10:00:00Z') + days * DAY_MS);
  const settings = { 'store.url': '', 'data.dir': path, 'secrets.keyFile': '', 'secrets.key': '' };
  const { events, commands } = await openPolicyLog({ ...settings, 'mesh.createDefault': false, now });
  onTestFinished(() => events.close());
  await expect(rotateSigningKey(commands)).rejects.toThrow('start global on it first');
  await ensureHubKeys(commands);
  const issued = hubCredentials(events.db);
  const issue = async (zone: string) => {
    await ensureZone(commands, zone, 'test');
    const expiresAt = new Date(now().getTime() + 30 * DAY_MS);
    const userKey = `U-${zone}-${days}`;
    await issued.add({ userKey, zone, tokenId: '', tokenKey: 'zone-token-signing-key-1', issuedAt: now(), expiresAt });
  };
  await issue('zone-1');
  await issue('zone-2');
  expect(await retireSigningKeys(commands, issued)).toEqual([]);

  days = 1;
  const before = await currentAccount({ commands, issued });
  expect(await rotateSigningKey(commands)).toBe('hub-account-signing-key-2');
  const [first, second] = (await readHubKeys(commands)).signing.map((key) => key.getPublicKey());
  const during = await currentAccount({ commands, issued });
  expect(during.content).toContain(first);
  expect(during.content).toContain(second);
  expect(before.content).not.toContain(second);

  days = 2;
  await issue('zone-1');
  expect(await retireSigningKeys(commands, issued)).toEqual([]);
  await issue('zone-2');
  expect(await retireSigningKeys(commands, issued)).toEqual(['hub-account-signing-key-1']);
  expect((await readHubKeys(commands)).signing.map((key) => key.getPublicKey())).toEqual([second]);
  expect((await currentAccount({ commands, issued })).content).not.toContain(first);
  expect(await rotateSigningKey(commands)).toBe('hub-account-signing-key-3');
});
