import { randomUUID } from 'node:crypto';
import { openEventLog } from '../eventLog.ts';
import { pgliteDb } from '../pgliteDb.ts';

/** `node appendUntilKilled.ts DIR`: appends without end, eight at a time, and says the position of everything acknowledged. */
const log = await openEventLog(await pgliteDb(process.argv[2] ?? ''));
const at = new Date().toISOString();

async function appendForever(): Promise<never> {
  for (;;) {
    const id = randomUUID();
    const key = { type: 'MeshTimeout', mesh: 'default', name: `t-${id}` };
    const resource = { ...key, labels: {}, creationTime: at, modificationTime: at, spec: { padding: id.repeat(20) } };
    const [event] = await log.append({
      id,
      by: { user: 'test', source: '', client: '' },
      events: [{ type: 'ResourceCreated', key, resource, expectedVersion: 0 }],
    });
    process.stdout.write(`acknowledged ${event?.position} ${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, appendForever));
