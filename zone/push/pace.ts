export interface PaceDeps {
  /** Changes that follow one another faster than this are a burst, and are pushed together when it pauses … */
  readonly quietMs: number;
  /** … or after this, and when it goes on, after longer and longer. */
  readonly ceilingMs: number;
  /** Are there more, known to be on their way? */
  readonly areComing: () => boolean;
}

/** How much longer than the limits say a burst that does not end may make us wait. */
const PATIENCE = 32;
/** What a change costs to push, about: a newcomer's first snapshot takes twice as long, and is two changes. */
const COST_MS = 1;
/** Of what a burst has gathered, this part of its cost is a pause. */
const PAUSE = 1 / 2;
/** That pause is no longer than this many quiet times. */
const LONGEST_PAUSE = 64;
/** Those that are coming are waited for so many times as long as pushing takes what is there: less than 125 proxies a second are no crowd. */
const FOR_COMING = 4;
/** A crowd waits no longer than this many ceilings for its others, or for what was pushed before to be done. */
const LONGEST = 200;
/** So many changes, of which one comes in every few quiet times, are a crowd; less makes us quicker again. */
const CROWD = 8;
const DENSITY = 4;
/** After so long without a change the burst is over, however busy we were. */
const CALM_MS = 250;

/**
 * When to push. A lone change goes at once; those of a burst go together. A crowd of proxies that registers changes the endpoints of all
 * callers again and again: pushing each time would cost the square of the crowd. So it is waited for its others as long as pushing what is
 * there takes, which at worst doubles the time and at best does the work once; those that come while a crowd is being pushed wait until
 * that is done; and a burst that goes on is looked at less and less often. Who is known to be on his way is waited for as well: on a busy
 * machine others come late. Times are milliseconds of any one clock.
 */
export class Pace {
  readonly #deps: PaceDeps;
  #last = Number.NEGATIVE_INFINITY;
  #first: number | undefined;
  #due = 0;
  #changes = 0;
  /** How much slower than at first, 1: not at all. */
  #slower = 1;
  /** What a crowd brought is still being pushed. */
  #busy = false;

  constructor(deps: PaceDeps) {
    this.#deps = deps;
  }

  /** When what came is to be pushed, as far as is known now; `undefined`: nothing came since the last time. */
  get due(): number | undefined {
    if (this.#first === undefined) return undefined;
    const { areComing, ceilingMs } = this.#deps;
    const longest = LONGEST * ceilingMs;
    if (this.#busy) return this.#first + longest;
    if (this.#changes < CROWD || !areComing()) return this.#due;
    return Math.max(this.#due, this.#first + Math.min(this.#changes * COST_MS * FOR_COMING, longest));
  }

  /** Something is to be pushed. */
  came(now: number): void {
    const { quietMs, ceilingMs } = this.#deps;
    const pause = now - this.#last;
    this.#last = now;
    if (pause > CALM_MS) this.#slower = 1;
    const isLone = this.#first === undefined && this.#slower === 1 && pause >= quietMs;
    this.#first ??= now;
    this.#changes++;
    const cost = this.#changes * COST_MS;
    const quiet = Math.max(quietMs * this.#slower, Math.min(cost * PAUSE, quietMs * LONGEST_PAUSE));
    const ceiling = Math.max(ceilingMs * this.#slower, Math.min(cost, ceilingMs * LONGEST));
    this.#due = isLone ? now : Math.min(now + quiet, this.#first + ceiling);
  }

  /** It is being pushed now. */
  pushed(): void {
    const { quietMs } = this.#deps;
    const lasted = this.#due - (this.#first ?? this.#due);
    const isCrowd = this.#changes >= CROWD && this.#changes * quietMs * DENSITY >= lasted;
    this.#slower = isCrowd ? Math.min(2 * this.#slower, PATIENCE) : Math.max(this.#slower / 2, 1);
    this.#busy = isCrowd;
    this.#first = undefined;
    this.#changes = 0;
  }

  /** Nobody waits for what was pushed any more. */
  done(): void {
    this.#busy = false;
  }
}
