import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';

/**
 * PGlite in a thread of its own: a statement blocks its thread for as long as it runs. Requests are answered in order;
 * notifications go out as `{wake: channel}`.
 */
const request = z.object({
  id: z.number(),
  call: z.enum(['query', 'script', 'listen', 'close']),
  sql: z.string(),
  params: z.array(z.unknown()),
});

if (!parentPort) throw new Error('pgliteWorker runs as a worker thread only');
const port = parentPort;

/** Kuma-sized logs need no more; the default of 128 MB would only cost memory. */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
const db = await PGlite.create({
  dataDir: z.object({ dataDir: z.string() }).parse(workerData).dataDir,
  startParams: START_PARAMS,
});

port.on('message', async (message: unknown) => {
  const { id, call, sql, params } = request.parse(message);
  try {
    port.postMessage({ id, rows: await answer(call, sql, params) });
  } catch (error) {
    const { message: text, code } = error as { message: string; code?: string };
    port.postMessage({ id, error: { message: text, code } });
  }
});
port.postMessage({ id: 0, rows: [] });

async function answer(
  call: 'query' | 'script' | 'listen' | 'close',
  sql: string,
  params: readonly unknown[],
): Promise<readonly unknown[]> {
  if (call === 'query') return (await db.query(sql, [...params])).rows;
  if (call === 'script') await db.transaction((tx) => tx.exec(sql));
  if (call === 'listen') await db.listen(sql, () => port.postMessage({ wake: sql }));
  if (call === 'close') await db.close();
  return [];
}
