import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Process } from '../../deploy/process/process.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { openEventLog } from './eventLog.ts';
import { pgliteDb } from './pgliteDb.ts';

const script = join(fileURLToPath(new URL('.', import.meta.url)), 'testdata/appendUntilKilled.ts');
const ROUNDS = 4;

it('loses nothing that it acknowledged when the process is killed, again and again', async () => {
  const folder = await tempDir('log-crash');
  const acknowledged = new Map<number, string>();
  for (let round = 1; round <= ROUNDS; round++) {
    let told = 0;
    const enough = Promise.withResolvers<void>();
    const onLine = (line: string) => {
      const [, position, id] = /^acknowledged (\d+) (\S+)$/.exec(line) ?? [];
      if (id === undefined) return;
      acknowledged.set(Number(position), id);
      told += 1;
      if (told === round * 60) enough.resolve();
    };
    const child = new Process({ name: 'writer', file: process.execPath, args: [script, folder.path], onLine });
    await child.orFail(enough.promise, 30_000, 'appended enough');
    await child.kill();
  }
  const log = await openEventLog(await pgliteDb(folder.path));
  const events = await log.read(0, 1_000_000);
  const written = new Map(events.map(({ position, change }) => [position, change.id]));
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 60);
  for (const [position, id] of acknowledged) expect([position, written.get(position)]).toEqual([position, id]);
  expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1));
  expect(await log.head()).toBe(events.length);
  expect(await log.stateDifferences()).toEqual([]);
  await log.close();
  await folder.remove();
});

it('goes on after its thread died', async () => {
  const folder = await tempDir('log-thread');
  const db = await pgliteDb(folder.path);
  await db.script('CREATE TABLE t (n int); INSERT INTO t VALUES (1);');
  const missed = Promise.withResolvers<string>();
  await db.listen('channel', missed.resolve);
  // A trap in the database's code is the one way to make a thread fall; here its message handler is made to fail.
  await expect(db.query(undefined as unknown as string)).rejects.toMatchObject({ name: 'LogUnavailable' });
  expect(await db.query('SELECT n FROM t')).toEqual([{ n: 1 }]);
  expect(await missed.promise).toBe('');
  await db.close();
  await expect(db.query('SELECT 1')).rejects.toMatchObject({ name: 'LogUnavailable' });
  await folder.remove();
});
