import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type TempDir, tempDir } from '../../test/support/tempDir.ts';
import { change, keyNamed, put } from './eventLog.contract.ts';
import { type EventLog, openEventLog } from './eventLog.ts';
import { listenTo } from './listenTo.ts';
import { pgliteDb } from './pgliteDb.ts';

let folder: TempDir;
let log: EventLog;

beforeAll(async () => {
  folder = await tempDir('listen-to');
  log = await openEventLog(await pgliteDb(folder.path));
}, 60_000);

afterAll(async () => {
  await log?.close();
  await folder?.remove();
});

test('who waits for one type is woken by that, and not by what is written besides', async () => {
  let woken = 0;
  const stop = listenTo(log, new Set(['Zone']), () => woken++);
  await eventually(() => expect(woken, 'once at the start: what came before it listened').toBe(1));
  const policies = Array.from({ length: 20 }, (_, i) => put(keyNamed(`policy-${i}`), 0));
  for (const policy of policies) await log.append(change([policy]));
  await log.append(change([put(keyNamed('zone-1', '', 'Zone'), 0)]));
  await eventually(() => expect(woken).toBe(2));

  await log.append(change([put(keyNamed('more'), 0), put(keyNamed('zone-2', '', 'Zone'), 0)]));
  await eventually(() => expect(woken, 'one of several events of a change').toBe(3));
  stop();
  await log.append(change([put(keyNamed('zone-3', '', 'Zone'), 0)]));
  await log.append(change([put(keyNamed('last'), 0)]));
  expect(woken).toBe(3);
});
