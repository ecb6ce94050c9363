import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';
import type { Row } from './db.ts';

const callSchema = z.object({
  id: z.number(),
  call: z.enum(['query', 'script', 'listen', 'close']),
  sql: z.string(),
  params: z.array(z.unknown()).readonly(),
});

export type Call = z.infer<typeof callSchema>;

/** The answer to a call (0: "it is open"), or a notification. */
export type Reply =
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string | undefined } }
  | { readonly channel: string; readonly payload: string };

// PGlite runs in a thread of its own, since a statement blocks its thread for as long as it runs.
if (!parentPort) throw new Error('pgliteWorker runs as a worker thread only');
const port = parentPort;
const reply = (message: Reply) => port.postMessage(message);

/** Kuma-sized logs need no more; the default of 128 MB would only cost memory. */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
const { dataDir } = z.object({ dataDir: z.string() }).parse(workerData);
const db = await PGlite.create({ dataDir, startParams: START_PARAMS });

port.on('message', async (message: unknown) => {
  const call = callSchema.parse(message);
  try {
    reply({ id: call.id, rows: await answer(call) });
  } catch (error) {
    const { message: text, code } = error as { message: string; code?: string };
    reply({ id: call.id, error: { message: text, code } });
    // PostgreSQL itself fell over, not the statement: a new thread recovers the database as after a crash.
    if (error instanceof Error && error.name === 'RuntimeError') process.exit(1);
  }
});
reply({ id: 0, rows: [] });

async function answer({ call, sql, params }: Call): Promise<readonly Row[]> {
  if (call === 'query') return (await db.query<Row>(sql, [...params])).rows;
  if (call === 'script') await db.transaction((tx) => tx.exec(sql));
  if (call === 'listen') await db.listen(sql, (payload) => reply({ channel: sql, payload }));
  if (call === 'close') await db.close();
  return [];
}
