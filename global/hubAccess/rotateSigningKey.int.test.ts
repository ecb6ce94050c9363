import { expect, it } from 'vitest';
import { issuingLog } from '../../test/support/issuingLog.ts';
import { currentAccount } from './currentAccount.ts';
import { ensureHubKeys } from './ensureHubKeys.ts';
import { readHubKeys } from './readHubKeys.ts';
import { retireSigningKeys, rotateSigningKey } from './rotateSigningKey.ts';

const DAY_MS = 24 * 3_600_000;

it('the next key signs at once; the one before it goes when every zone has a credential of the next', async () => {
  let days = 0;
  const { commands, issued, issue } = await issuingLog(() => Date.parse('2026-11-21T10:00:00Z') + days * DAY_MS);
  const accountNow = async () => currentAccount({ commands, issued }, await readHubKeys(commands));
  await expect(rotateSigningKey(commands)).rejects.toThrow('start global on it first');
  await ensureHubKeys(commands);
  await issue('zone-1');
  await issue('zone-2');
  expect(await retireSigningKeys(commands, issued)).toEqual([]);

  days = 1;
  const before = await accountNow();
  expect(await rotateSigningKey(commands)).toBe('hub-account-signing-key-2');
  const [first, second] = (await readHubKeys(commands)).signing.map((key) => key.getPublicKey());
  const during = await accountNow();
  expect(during.content).toContain(first);
  expect(during.content).toContain(second);
  expect(before.content).not.toContain(second);

  days = 2;
  await issue('zone-1');
  expect(await retireSigningKeys(commands, issued)).toEqual([]);
  await issue('zone-2');
  expect(await retireSigningKeys(commands, issued)).toEqual(['hub-account-signing-key-1']);
  expect((await readHubKeys(commands)).signing.map((key) => key.getPublicKey())).toEqual([second]);
  expect((await accountNow()).content).not.toContain(first);
  expect(await rotateSigningKey(commands)).toBe('hub-account-signing-key-3');
});
