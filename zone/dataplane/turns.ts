/** So many have their turn at once … */
const TOGETHER = 10;
/** … and the next ones so much later. */
const APART_MS = 40;

/**
 * Spreads what a crowd has all due at the same time: a change for the whole mesh makes every proxy's counters due, and writing a
 * thousand insights in one go would hold up the next change. Times are milliseconds of any one clock.
 */
export class Turns {
  #turn = Number.NEGATIVE_INFINITY;
  #taken = 0;

  /** @param due not before the one given the last time. @returns when it has its turn, not before it is due */
  take(due: number): number {
    if (due >= this.#turn + APART_MS) this.#begin(due);
    else if (this.#taken === TOGETHER) this.#begin(this.#turn + APART_MS);
    this.#taken++;
    return Math.max(due, this.#turn);
  }

  #begin(turn: number): void {
    this.#turn = turn;
    this.#taken = 0;
  }
}
