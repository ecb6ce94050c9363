export interface PaceLimits {
  /** Changes that follow one another faster than this are a burst, and are pushed together when it pauses … */
  readonly quietMs: number;
  /** … or after this, and when it goes on, after longer and longer. */
  readonly ceilingMs: number;
}

/** How much longer than the ceiling a burst that does not end may make us wait. */
const PATIENCE = 8;
/** After so many quiet times without a change, the next one is nobody's continuation. */
const CALM = 10;

/**
 * When to push. A lone change goes at once; those of a burst go together. A crowd of proxies that registers changes the endpoints of all
 * callers again and again: pushing each time would cost the square of the crowd, so a burst that goes on is looked at less and less
 * often. Times are milliseconds of any one clock.
 */
export class Pace {
  readonly #limits: PaceLimits;
  #last = Number.NEGATIVE_INFINITY;
  #first: number | undefined;
  #due = 0;
  #ceiling: number;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
    this.#ceiling = limits.ceilingMs;
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
    if (pause > CALM * quietMs) this.#ceiling = ceilingMs;
    const isLone = this.#first === undefined && pause >= quietMs;
    this.#first ??= now;
    this.#due = isLone ? now : Math.min(now + quietMs, this.#first + this.#ceiling);
  }

  /** It is being pushed now. */
  pushed(now: number): void {
    const { quietMs, ceilingMs } = this.#limits;
    const isGoingOn = now - this.#last < quietMs && this.#first !== undefined && now - this.#first >= this.#ceiling;
    if (isGoingOn) this.#ceiling = Math.min(2 * this.#ceiling, PATIENCE * ceilingMs);
    this.#first = undefined;
  }
}
