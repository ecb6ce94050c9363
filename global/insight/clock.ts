/**
 * The two clocks of a machine. How long something lasts is told by the one that only runs: the time of day is set by people and by NTP, and
 * a zone must not be taken for silent because it was.
 */
export interface Clock {
  /** Milliseconds of a clock that only runs; where it began means nothing. */
  readonly running: () => number;
  /** The time of day, milliseconds since 1970. */
  readonly time: () => number;
}

export const systemClock: Clock = { running: () => performance.now(), time: () => Date.now() };

/** When that was, by the clock that only runs. What a clock elsewhere dates in the future was now. @param at milliseconds since 1970 */
export function runningAt({ running, time }: Clock, at: number): number {
  return running() - Math.max(0, time() - at);
}

/** The time of day when the clock that only runs showed that, as RFC 3339. */
export function timeOf({ running, time }: Clock, shown: number): string {
  return new Date(time() - Math.max(0, running() - shown)).toISOString();
}
