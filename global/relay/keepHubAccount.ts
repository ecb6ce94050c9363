import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { HubAccount } from '../hubAccess/currentAccount.ts';
import { ToldByNewer, type givingWay } from './givingWay.ts';
import { knownTo, type Told, tellHub } from './tellHub.ts';

const RETRY_MS = 1_000;
/** Changes that follow one another faster are told together. */
const PAUSE_MS = 250;
/** The hub may have lost its files: look again after so long without a change. */
const RECHECK_MS = 30_000;

type Deps = {
  /** Connection at the system account. */
  readonly nats: NatsConnection;
  /** The accounts as they are to be now. */
  readonly accounts: () => Promise<readonly HubAccount[]>;
  /** Calls back when they may have changed. */
  readonly listen: (wake: () => void) => () => void;
  /** Outlives that we lead. */
  readonly givesWay: ReturnType<typeof givingWay>;
  readonly onError: (error: unknown) => void;
};

/**
 * Tells the hub's servers what the accounts are, as often as they change and whenever they may not be known: who signs, and whose
 * credentials are revoked. They keep it on their disks, and close the connections of those who are refused now. Ends when the
 * signal aborts. @throws ToldByNewer so that an instance of that version can lead
 */
export async function keepHubAccount(deps: Deps, signal: AbortSignal): Promise<void> {
  const { nats, accounts, listen, givesWay, onError } = deps;
  let wake = () => {};
  const stop = listen(() => wake());
  const watch = async () => {
    for await (const { type } of nats.status()) {
      // Something is said every few seconds: who leads no longer does not listen for ever.
      if (signal.aborted) break;
      if (type === 'reconnect') wake();
    }
  };
  watch().catch(onError);
  signal.addEventListener('abort', () => wake(), { once: true });
  const told: Told = new Map();
  while (!signal.aborted) {
    // Made before looking, so that a change meanwhile is not missed.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let pause = RECHECK_MS;
    try {
      const all = await accounts();
      if (givesWay(await Promise.all(all.map(({ id }) => knownTo(nats, id))))) throw new ToldByNewer();
      await tellHub(nats, all, told);
    } catch (error) {
      if (error instanceof ToldByNewer) {
        stop();
        throw error;
      }
      if (!signal.aborted) onError(error);
      pause = RETRY_MS;
    }
    await Promise.race([woken, wait(pause, signal)]);
    await wait(PAUSE_MS, signal);
  }
  stop();
}

/** Resolves after that time, or at once when the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
