import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './process.ts';

/** Resolves when something accepts connections on the port; throws when `owner` ends or the time is over before. */
export async function waitForPort(port: number, owner: Process, timeout = 30_000, host = '127.0.0.1'): Promise<void> {
  const stop = new AbortController();
  const answered = (async () => {
    while (!stop.signal.aborted && !(await accepts(port, host))) await sleep(20);
  })();
  try {
    await owner.orFail(answered, timeout, `listened on ${host}:${port}`);
  } finally {
    stop.abort();
  }
}

export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
