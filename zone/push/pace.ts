export interface PaceLimits {
  /** Changes that follow one another faster than this are a burst, and are pushed together when it pauses … */
  readonly quietMs: number;
  /** … or after this, and when it goes on, after longer and longer. */
  readonly ceilingMs: number;
}

/** How much longer than the ceiling a burst that does not end may make us wait. */
const PATIENCE = 32;
/** So many changes, of which one comes in every few quiet times, are a crowd; less makes us quicker again. */
const CROWD = 8;
const DENSITY = 4;
/** After so long without a change the burst is over, however busy we were. */
const CALM_MS = 250;

/**
 * When to push. A lone change goes at once; those of a burst go together. A crowd of proxies that registers changes the endpoints of all
 * callers again and again: pushing each time would cost the square of the crowd, so a burst that goes on is looked at less and less
 * often, up to 32 times the ceiling. Times are milliseconds of any one clock.
 */
export class Pace {
  readonly #limits: PaceLimits;
  #last = Number.NEGATIVE_INFINITY;
  #first: number | undefined;
  #due = 0;
  #changes = 0;
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
    this.#changes++;
    this.#due = isLone ? now : Math.min(now + quietMs * this.#slower, this.#first + ceilingMs * this.#slower);
  }

  /** It is being pushed now. */
  pushed(): void {
    const { quietMs } = this.#limits;
    const lasted = this.#due - (this.#first ?? this.#due);
    const isCrowd = this.#changes >= CROWD && this.#changes * quietMs * DENSITY >= lasted;
    this.#slower = isCrowd ? Math.min(2 * this.#slower, PATIENCE) : Math.max(this.#slower / 2, 1);
    this.#first = undefined;
    this.#changes = 0;
  }
}
