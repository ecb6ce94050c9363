import { afterAll, expect, it } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { eventLogContract } from './eventLog.contract.ts';
import { openEventLog } from './eventLog.ts';
import { pgliteDb } from './pgliteDb.ts';

const folder = await tempDir('log');
afterAll(() => folder.remove());

eventLogContract('event log on PGlite', async () => openEventLog(await pgliteDb(folder.path)));

it('is opened by one at a time, and again after it was closed', async () => {
  const own = await tempDir('log');
  const log = await openEventLog(await pgliteDb(own.path));
  await expect(pgliteDb(own.path)).rejects.toThrow(`in use by process ${process.pid}`);
  await log.close();
  const again = await openEventLog(await pgliteDb(own.path));
  expect(again.logId).toBe(log.logId);
  await again.close();
  await own.remove();
});
