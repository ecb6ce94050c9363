export interface PaceLimits {
  /** Changes that follow one another faster than this are a burst, and are pushed together when it pauses … */
  readonly quietMs: number;
  /** … or after this, and when it goes on, after longer and longer. */
  readonly ceilingMs: number;
}

/** How much longer than the ceiling a burst that does not end may make us wait. */
const PATIENCE = 8;
/** After so long without a change the burst is over, however busy we were. */
const CALM_MS = 250;

/**
 * When to push. A lone change goes at once; those of a burst go together. A crowd of proxies that registers changes the endpoints of all
 * callers again and again: pushing each time would cost the square of the crowd, so a burst that goes on is looked at less and less
 * often, up to eight times the ceiling. Times are milliseconds of any one clock.
 */
export class Pace {
  readonly #limits: PaceLimits;
  #last = Number.NEGATIVE_INFINITY;
  #first: number | undefined;
  #due = 0;
  /** How much slower than at first, 1: not at all. */
  #slower = 1;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** When what came is to be pushed; `undefined`: nothing came since the last time. */
  get due(): number | undefined {
    return this.#first === undefined ? undefined : this.#due;
  }

  /** Something is to be pushed. */
  came(now: number): void {
    const { quietMs, ceilingMs } = this.#limits;
    const pause = now - this.#last;
    this.#last = now;
    if (pause > CALM_MS) this.#slower = 1;
    const isLone = this.#first === undefined && this.#slower === 1 && pause >= quietMs;
    this.#first ??= now;
    this.#due = isLone ? now : Math.min(now + quietMs * this.#slower, this.#first + ceilingMs * this.#slower);
  }

  /** It is being pushed now. */
  pushed(): void {
    const { ceilingMs } = this.#limits;
    const hadNoPause =
      this.#first !== undefined && ceilingMs > 0 && this.#due >= this.#first + ceilingMs * this.#slower;
    if (hadNoPause) this.#slower = Math.min(2 * this.#slower, PATIENCE);
    this.#first = undefined;
  }
}
