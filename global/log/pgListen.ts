import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const RECONNECT_MS = 200;

/**
 * Listens on a connection of its own, which is made anew whenever it breaks, for as long as it takes; then `wake('')` says
 * that notifications may have been missed. Resolves after the first attempt. Returns the function that ends it.
 */
export async function pgListen(
  options: pg.ClientConfig,
  channel: string,
  wake: (payload: string) => void,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const attempted = Promise.withResolvers<void>();

  const session = async () => {
    const client = new pg.Client(options);
    const ended = Promise.withResolvers<void>();
    const end = () => ended.resolve();
    client.on('error', end).on('end', end);
    client.on('notification', ({ payload }) => wake(payload ?? ''));
    stop.signal.addEventListener('abort', end, { once: true });
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      attempted.resolve();
      wake('');
      await ended.promise;
    } finally {
      stop.signal.removeEventListener('abort', end);
      await client.end().catch(() => {});
    }
  };
  const listening = (async () => {
    while (!stop.signal.aborted) {
      await session().catch(() => {}); // the database is away
      attempted.resolve();
      await sleep(RECONNECT_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();

  await attempted.promise;
  return async () => {
    stop.abort();
    await listening;
  };
}
