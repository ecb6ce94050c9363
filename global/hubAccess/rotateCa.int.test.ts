import { expect, it } from 'vitest';
import { issuingLog } from '../../test/support/issuingLog.ts';
import { appendChange } from '../command/appendChange.ts';
import { SYSTEM } from '../command/globalSecrets.ts';
import { ensureHubKeys } from './ensureHubKeys.ts';
import { readHubKeys } from './readHubKeys.ts';
import { retireCas, rotateCa } from './rotateCa.ts';

const DAY_MS = 24 * 3_600_000;

it('the next CA signs when every zone was told of it; the one before it is trusted until all were told again', async () => {
  let days = 0;
  // The log dates events by the real clock: what is deleted on the second day is deleted now.
  const start = Date.now() - 2 * DAY_MS;
  const { events, commands, issued, issue } = await issuingLog(() => start + days * DAY_MS);
  await expect(rotateCa(commands)).rejects.toThrow('start global on it first');
  await ensureHubKeys(commands);
  const step = () => retireCas(commands, issued, events);
  await issue('zone-1');
  await issue('zone-2');
  const before = await readHubKeys(commands);
  expect(await step()).toEqual([]);

  days = 1;
  expect(await rotateCa(commands)).toBe('hub-ca-certificate-2');
  const during = await readHubKeys(commands);
  expect(during.ca).toEqual(before.ca);
  expect(during.trusted.startsWith(before.trusted)).toBe(true);
  expect(during.trusted.length).toBeGreaterThan(before.trusted.length);
  await expect(rotateCa(commands)).rejects.toThrow('hub-ca-certificate-2 is not the only CA yet');
  const next = during.trusted.slice(before.trusted.length);

  days = 2;
  await issue('zone-1');
  expect(await step()).toEqual([]);
  await issue('zone-2');
  expect(await step()).toEqual(['hub-ca-key']);
  const after = await readHubKeys(commands);
  expect(after.ca.certificatePem).toBe(next);
  expect(after.trusted).toBe(during.trusted);
  expect(await step()).toEqual([]);

  days = 4;
  await issue('zone-1');
  expect(await step()).toEqual([]);
  await issue('zone-2');
  expect(await step()).toEqual(['hub-ca-certificate']);
  const last = await readHubKeys(commands);
  expect(last.trusted).toBe(next);
  expect(last.ca).toEqual(after.ca);
  expect(await rotateCa(commands)).toBe('hub-ca-certificate-3');
});

const MINUTE = 1 / (24 * 60);

/** A log whose CA was rotated on its second day. Its zones have credentials of the first; those of the late ones end a little later. */
async function rotating(zones: readonly string[], late: readonly string[] = []) {
  const clock = { days: 0 };
  const start = Date.now() - 2 * DAY_MS;
  const { events, commands, issued, issue } = await issuingLog(() => start + clock.days * DAY_MS);
  await ensureHubKeys(commands);
  const issueAll = async (...names: readonly string[]) => {
    for (const name of names) await issue(name);
  };
  await issueAll(...zones);
  clock.days = 0.9;
  await issueAll(...late);
  clock.days = 1;
  await rotateCa(commands);
  return { clock, commands, issueAll, step: () => retireCas(commands, issued, events) };
}

it('a credential that was given in the minute of the rotation may not have told of the next CA', async () => {
  const { clock, issueAll, step } = await rotating(['zone-1']);
  clock.days = 1 + MINUTE / 2;
  await issueAll('zone-1');
  expect(await step()).toEqual([]);
  clock.days = 1 + 2 * MINUTE;
  await issueAll('zone-1');
  expect(await step()).toEqual(['hub-ca-key']);
});

it('the CA before is trusted for a day after its key is gone, although every zone was told meanwhile', async () => {
  const { clock, issueAll, step } = await rotating(['zone-1', 'zone-2']);
  clock.days = 2;
  await issueAll('zone-1', 'zone-2');
  expect(await step()).toEqual(['hub-ca-key']);
  clock.days = 2.9;
  await issueAll('zone-1', 'zone-2');
  expect(await step()).toEqual([]);
  clock.days = 3.1;
  expect(await step()).toEqual(['hub-ca-certificate']);
});

it('a zone that was deleted, and one whose credential is over, hold nothing up', async () => {
  const { clock, commands, issueAll, step } = await rotating(['zone-1', 'away'], ['deleted']);
  clock.days = 29;
  await issueAll('zone-1');
  expect(await step()).toEqual([]);
  const zone = await commands.log.current({ type: 'Zone', mesh: '', name: 'deleted' });
  await appendChange(
    commands,
    [
      {
        type: 'ResourceDeleted',
        key: { type: 'Zone', mesh: '', name: 'deleted' },
        resource: null,
        expectedVersion: zone?.version ?? 0,
      },
    ],
    SYSTEM,
  );
  expect(await step()).toEqual([]);
  // The credential of the one is over, that of the other is not.
  clock.days = 30.5;
  expect(await step()).toEqual(['hub-ca-key']);
  await issueAll('zone-1');
  expect(await step()).toEqual(['hub-ca-certificate']);
});
