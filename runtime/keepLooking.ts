import { setTimeout as sleep } from 'node:timers/promises';

type Looking = {
  /** Milliseconds from the end of a look to the next one. */
  readonly every: number;
  /** As `every`, after a look that failed. */
  readonly afterError?: number;
  /** Told once of what goes wrong, until something else does or a look goes well. */
  readonly onError: (error: Error) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/**
 * Looks at once, and again after each pause, for as long as the signal is not aborted; does not keep the process running.
 * @returns a promise that resolves when the last look has ended, and never rejects
 */
export async function keepLooking(
  look: () => Promise<void>,
  { every, afterError = every, onError, signal }: Looking,
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    const problem = await look().catch((error: Error) => error);
    if (problem && problem.message !== told && !signal.aborted) onError(problem);
    told = problem?.message ?? '';
    await sleep(problem ? afterError : every, undefined, { signal, ref: false }).catch(() => {});
  }
}
