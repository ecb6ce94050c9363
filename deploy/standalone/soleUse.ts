import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '../../global/log/eventLog.ts';
import { onLeader } from '../../global/log/leader.ts';
import { RELAY_LOCK } from '../../global/relay/relay.ts';

/** The database may hold the lock of a process that was killed for a moment longer. */
const WAIT_MS = 10_000;

type Deps = {
  readonly events: Pick<EventLog, 'tryLead'>;
  readonly onError: (error: unknown) => void;
};

/**
 * Takes the log for this control plane: another one on the same database would have a zone log of its own, and neither would
 * know the other's proxies. A global control plane is kept from relaying it, too. Taken again when the connection breaks.
 * @returns the function that gives it back. @throws Error when somebody else has it
 */
export async function soleUse({ events, onError }: Deps): Promise<() => Promise<void>> {
  const taken = Promise.withResolvers<'taken'>();
  const giveBack = onLeader({ tryLead: events.tryLead, onError }, RELAY_LOCK, async (signal) => {
    taken.resolve('taken');
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  });
  const waited = new AbortController();
  const timeout = sleep(WAIT_MS, 'timeout' as const, { signal: waited.signal }).catch(() => 'taken' as const);
  const outcome = await Promise.race([taken.promise, timeout]);
  waited.abort();
  if (outcome === 'taken') return giveBack;
  await giveBack();
  throw new Error(
    'another control plane works on the log in the database of store.url; stop it, or give this one a database of its own',
  );
}
