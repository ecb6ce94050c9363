import { expect, it, onTestFinished, vi } from 'vitest';
import { startPostgres } from '../../test/support/postgres.ts';
import { openEventLog } from '../log/eventLog.ts';
import { openDb } from '../log/openDb.ts';
import { systemClock } from './clock.ts';
import { DigestRing, followDigest } from './digestRing.ts';

it('takes in what was written just before the database went away, as soon as it is back and although nobody writes', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const log = await openEventLog(await openDb({ url: await postgres.createDatabase(), directory: '' }));
  onTestFinished(() => log.close());
  let dies = false;
  const read: typeof log.read = async (...args) => {
    if (dies) {
      dies = false;
      await postgres.kill();
    }
    return log.read(...args);
  };
  const ring = new DigestRing();
  const errors: string[] = [];
  const stop = await followDigest({ ...log, read }, ring, systemClock, ({ message }) => errors.push(message));
  onTestFinished(stop);
  dies = true;
  const key = { type: 'Mesh', mesh: '', name: 'm' };
  const resource = { ...key, labels: {}, creationTime: '', modificationTime: '', spec: {} };
  await log.append({
    id: crypto.randomUUID(),
    by: { user: 'test', source: '', client: '' },
    events: [{ type: 'ResourceCreated', key, resource, expectedVersion: 0 }],
  });
  await vi.waitFor(() => expect(errors).not.toEqual([]), { timeout: 60_000 });
  expect(ring.head).toBe(0);
  await postgres.restart();
  await vi.waitFor(() => expect(ring.head).toBe(1), { timeout: 60_000 });
  expect(ring.digestAt(1)).toMatch(/^[0-9a-f]{64}$/);
}, 120_000);
