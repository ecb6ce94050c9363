import { setTimeout as sleep } from 'node:timers/promises';
import type { Leadership } from './db.ts';

/** How often an instance that does not lead tries to; a leader that died is followed within about this time. */
const TRY_MS = 250;
/** After the leader's work failed, another instance gets its chance. */
const FAILED_MS = 1_000;

type Deps = {
  /** An `EventLog` has it. */
  readonly tryLead: (lock: number) => Promise<Leadership | undefined>;
  /** Told when `run` fails; it is started again. */
  readonly onError: (error: unknown) => void;
};

/**
 * Has `run` done by one instance at a time: by this one while it holds the lock, from the moment it gets it. The signal aborts when
 * the lock is lost, and when it is to stop; `run` should then end soon. There may be two leaders for a moment when a connection
 * breaks, so what they do must bear it: the relay is fenced by the stream's expected sequence.
 * @returns the function that ends it, after `run` has ended.
 */
export function onLeader(
  { tryLead, onError }: Deps,
  lock: number,
  run: (signal: AbortSignal) => Promise<void>,
): () => Promise<void> {
  const stop = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
  const leading = (async () => {
    while (!stop.signal.aborted) {
      const leadership = await tryLead(lock).catch(() => undefined);
      if (!leadership) {
        await pause(TRY_MS);
        continue;
      }
      const failed = await run(AbortSignal.any([stop.signal, leadership.lost])).then(
        () => false,
        (error) => {
          onError(error);
          return true;
        },
      );
      await leadership.release();
      await pause(failed ? FAILED_MS : TRY_MS);
    }
  })();
  return async () => {
    stop.abort();
    await leading;
  };
}
