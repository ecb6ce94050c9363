import { fork } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Db, Row } from './db.ts';
import { lockDirectory } from './directoryLock.ts';
import { LogUnavailable } from './errors.ts';

interface Answer {
  readonly id?: number;
  readonly rows?: readonly Row[];
  readonly error?: { readonly message: string; readonly code?: string };
  readonly wake?: string;
}

/** The embedded log: PostgreSQL as WebAssembly in a worker thread. Survives a crash of the process, not of the machine. */
export async function pgliteDb(directory: string): Promise<Db> {
  const unlock = lockDirectory(directory);
  const dataDir = join(directory, 'pglite');
  try {
    if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir);
  } catch (error) {
    unlock();
    throw error;
  }
  const worker = new Worker(new URL('./pgliteWorker.ts', import.meta.url), { workerData: { dataDir } });
  const waiting = new Map<number, { resolve: (rows: readonly Row[]) => void; reject: (error: unknown) => void }>();
  const wakes = new Map<string, Set<() => void>>();
  let next = 1;
  let gone: Error | undefined;

  const opened = new Promise<readonly Row[]>((resolve, reject) => waiting.set(0, { resolve, reject }));
  worker.on('message', ({ id, rows, error, wake }: Answer) => {
    for (const callback of wakes.get(wake ?? '') ?? []) callback();
    const waiter = waiting.get(id ?? -1);
    waiting.delete(id ?? -1);
    if (error) waiter?.reject(Object.assign(new Error(error.message), { code: error.code }));
    else waiter?.resolve(rows ?? []);
  });
  const end = (error: Error) => {
    gone = error;
    for (const { reject } of waiting.values()) reject(new LogUnavailable(error));
    waiting.clear();
  };
  worker.on('error', end);
  worker.on('exit', () => end(gone ?? new Error('it is closed')));
  await opened;

  const call = (kind: string, sql: string, params: readonly unknown[] = []): Promise<readonly Row[]> => {
    if (gone) return Promise.reject(new LogUnavailable(gone));
    const id = next++;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, call: kind, sql, params });
    });
  };
  return {
    query: (sql, params) => call('query', sql, params),
    script: async (sql) => void (await call('script', sql)),
    listen: async (channel, wake) => {
      const callbacks = wakes.get(channel) ?? new Set();
      if (callbacks.size === 0) await call('listen', channel);
      wakes.set(channel, callbacks.add(wake));
      return async () => void callbacks.delete(wake);
    },
    // One process has the folder, so it always leads.
    tryLead: async () => ({ lost: new AbortController().signal, release: async () => {} }),
    close: async () => {
      await call('close', '').catch(() => {});
      await worker.terminate();
      unlock();
    },
  };
}

/** The first initialisation needs 845 MB that its process never gives back, so another process does it. */
async function initialise(dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const child = fork(new URL('./pgliteInit.ts', import.meta.url), [dataDir], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0)
    throw new Error(`the embedded log could not be made in ${dataDir}: ${stderr.trim() || `exit ${code}`}`);
}
