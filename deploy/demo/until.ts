import { setTimeout as wait } from 'node:timers/promises';

interface UntilOptions<T> {
  /** What is awaited, for the error: `backend answers in zone-1`. */
  readonly what: string;
  readonly probe: () => Promise<T>;
  readonly holds: (value: T) => boolean;
  /** The last value in words, for the error. */
  readonly show?: (value: T) => string;
  /** Milliseconds after which it is given up. */
  readonly timeout?: number;
  /** Milliseconds between two probes. */
  readonly pause?: number;
}

/** Probes until it holds. @returns the value that held. @throws Error that tells the last value. */
export async function until<T>({
  what,
  probe,
  holds,
  show = JSON.stringify,
  timeout = 60_000,
  pause = 5,
}: UntilOptions<T>): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await probe();
    if (holds(value)) return value;
    if (performance.now() > deadline)
      throw new Error(`not within ${timeout / 1000} s: ${what}; last seen: ${show(value)}`);
    await wait(pause);
  }
}
