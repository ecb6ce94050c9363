import type { Changed } from '../../shared/view/view.ts';
import type { Replica } from './ports.ts';

interface Reconciliation {
  readonly replica: Replica;
  /** Does a change concern this reconciliation? */
  readonly concerns: (changed: Changed) => boolean;
  /** Brings the zone log to what the view asks for. Idempotent; may be called at any time. */
  readonly run: () => Promise<void>;
  /** It failed, and is run again. A `StaleWrite`: another instance was first, and its message makes the next run. */
  readonly onFailed: (error: unknown) => void;
  /** All is as the view asks for. */
  readonly onDone: () => void;
}

const RETRY_MS = 500;
/** A run that takes so long waits for something that does not come. */
const LONG_MS = 10_000;
/** After a run, so many times its own computing is left to others: a crowd that registers is not looked at once for each of it. */
const REST = 4;

/**
 * Runs a reconciliation after every change that concerns it: merged (changes of one turn of the event loop make one run),
 * never two at once, again after an error.
 * @returns the function that ends it.
 */
export function reconcile({ replica, concerns, run, onFailed, onDone }: Reconciliation): () => void {
  let wanted = false;
  let running = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  /** Of the run that is under way. */
  let long: NodeJS.Timeout | undefined;

  const loop = async () => {
    if (running) return;
    running = true;
    while (wanted && !ended) {
      wanted = false;
      const begun = performance.now();
      let computing = 0;
      long = setInterval(() => onFailed(new Error('what was written does not come back')), LONG_MS);
      try {
        const running = run();
        computing = performance.now() - begun;
        await running;
        onDone();
      } catch (error) {
        if (ended) break;
        onFailed(error);
        timer = setTimeout(want, RETRY_MS);
      } finally {
        clearInterval(long);
      }
      const rest = REST * computing;
      if (rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
    }
    running = false;
  };
  const want = () => {
    if (ended) return;
    wanted = true;
    setImmediate(() => void loop());
  };

  const stop = replica.onApplied(({ changes }) => {
    if (changes.some(concerns)) want();
  });
  want();
  return () => {
    ended = true;
    clearTimeout(timer);
    // What a run waits for may not come any more.
    clearInterval(long);
    stop();
  };
}
