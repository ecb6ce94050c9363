import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Row } from './db.ts';
import { LogUnavailable } from './errors.ts';
import type { Call, Reply } from './pgliteWorker.ts';

/** One life of the worker thread that PGlite runs in. */
export interface PgliteThread {
  /** @throws LogUnavailable when the thread is gone; other errors as the database says them, with SQLSTATE as `code`. */
  call(kind: Call['call'], sql: string, params?: readonly unknown[]): Promise<readonly Row[]>;
  readonly ended: boolean;
  end(): Promise<void>;
}

/** Opens the database in a new thread. @throws Error when it does not open. */
export async function pgliteThread(
  dataDir: string,
  notified: (channel: string, payload: string) => void,
): Promise<PgliteThread> {
  // A checkout runs TypeScript, the published package JavaScript.
  const script = new URL(`./pgliteWorker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { workerData: { dataDir } });
  const waiting = new Map<number, { resolve: (rows: readonly Row[]) => void; reject: (error: unknown) => void }>();
  let last = 0;
  let gone: Error | undefined;

  const wait = (id: number) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
    });
  worker.on('message', (reply: Reply) => {
    if ('channel' in reply) return notified(reply.channel, reply.payload);
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) {
      waiter?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    } else waiter?.resolve(reply.rows);
  });
  const end = (error: Error) => {
    gone ??= error;
    for (const { reject } of waiting.values()) reject(new LogUnavailable(gone));
    waiting.clear();
  };
  worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => end(new Error(`the embedded database ended (${code})`)));

  await wait(0); // it says so when it is open
  return {
    call: (kind, sql, params = []) => {
      if (gone) return Promise.reject(new LogUnavailable(gone));
      const id = ++last;
      worker.postMessage({ id, call: kind, sql, params } satisfies Call);
      return wait(id);
    },
    get ended() {
      return gone !== undefined;
    },
    end: async () => void (await worker.terminate()),
  };
}
