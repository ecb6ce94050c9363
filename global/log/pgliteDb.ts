import { fork } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Db, Row } from './db.ts';
import { lockDirectory } from './directoryLock.ts';
import { LogUnavailable } from './errors.ts';
import { type PgliteThread, pgliteThread } from './pgliteThread.ts';

/** The embedded log: PostgreSQL as WebAssembly in a worker thread. Survives a crash of the process, not of the machine. */
export async function pgliteDb(directory: string): Promise<Db> {
  const unlock = lockDirectory(directory);
  const dataDir = join(directory, 'pglite');
  const wakes = new Map<string, Set<(payload: string) => void>>();
  const notify = (channel: string, payload: string) => {
    for (const wake of wakes.get(channel) ?? []) wake(payload);
  };
  let thread: Promise<PgliteThread>;
  let closed = false;

  try {
    if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir);
    thread = pgliteThread(dataDir, notify);
    await thread;
  } catch (error) {
    unlock();
    throw error;
  }

  /** The thread, a new one if the last has ended: the database recovers as after any crash. */
  const current = async (): Promise<PgliteThread> => {
    if (closed) throw new LogUnavailable('it is closed');
    const last = thread;
    if (!(await last.then(({ ended }) => ended).catch(() => true))) return last;
    if (thread === last) thread = reopen();
    return thread;
  };
  const reopen = async () => {
    const next = await pgliteThread(dataDir, notify);
    try {
      for (const channel of wakes.keys()) {
        await next.call('listen', channel);
        notify(channel, '');
      }
      return next;
    } catch (error) {
      // The next attempt opens the folder again, and two threads on one folder lose data.
      await next.end();
      throw error;
    }
  };
  const call = async (...args: Parameters<PgliteThread['call']>): Promise<readonly Row[]> =>
    (await current()).call(...args);

  return {
    query: (sql, params) => call('query', sql, params),
    script: async (sql) => void (await call('script', sql)),
    listen: async (channel, wake) => {
      if (!wakes.has(channel)) await call('listen', channel);
      const callbacks = wakes.get(channel) ?? new Set();
      wakes.set(channel, callbacks.add(wake));
      return async () => void callbacks.delete(wake);
    },
    // One process has the folder, so it always leads.
    tryLead: async () => ({ lost: new AbortController().signal, release: async () => {} }),
    close: async () => {
      if (closed) return;
      await call('close', '').catch(() => {}); // whatever it says, it survives a crash
      closed = true;
      await (await thread).end();
      unlock();
    },
  };
}

/**
 * The first initialisation needs 845 MB that its process never gives back, so another process does it; in a folder beside, so
 * that one which was interrupted is not taken for a database.
 */
async function initialise(dataDir: string): Promise<void> {
  const beside = dirname(dataDir);
  const interrupted = readdirSync(beside).filter((name) => name.startsWith(`${basename(dataDir)}.new-`));
  for (const name of interrupted) rmSync(join(beside, name), { recursive: true, force: true });
  const fresh = `${dataDir}.new-${process.pid}`;
  const script = new URL(`./pgliteInit${extname(import.meta.url)}`, import.meta.url);
  const child = fork(script, [fresh], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) {
    throw new Error(`the embedded log could not be made in ${dataDir}: ${stderr.trim() || `exit ${code}`}`);
  }
  renameSync(fresh, dataDir);
}
