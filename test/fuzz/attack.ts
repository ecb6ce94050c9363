import type { Target } from './target.ts';

/** How much of an attack, and which: the same seed makes the same inputs. */
export interface Dose {
  readonly seed: number;
  /** Generated inputs; attacks that have a fixed list send all of it. */
  readonly runs: number;
}

/** One way to be hostile. What it finds wrong are texts for people; none means that all of it was withstood. */
export interface Attack {
  readonly name: string;
  readonly run: (target: Target, dose: Dose) => Promise<readonly string[]>;
}
