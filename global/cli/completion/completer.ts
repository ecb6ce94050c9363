import type { Argument, Option } from 'commander';
import type { Connection } from '../connection.ts';

/** What stands on the line before the word that is completed. */
export interface Line {
  readonly connection: Connection;
  /** Words that are neither a verb nor a flag. */
  readonly words: readonly string[];
  /** `--mesh`, or the default. */
  readonly mesh: string;
}

/** What may stand in a place, from the control plane; not yet narrowed to what was begun. */
export type Completer = (line: Line) => Promise<readonly string[]>;

const completers = new WeakMap<Argument | Option, Completer>();

/** Says how an argument or the value of an option is completed. */
export function completed<Place extends Argument | Option>(place: Place, completer: Completer): Place {
  completers.set(place, completer);
  return place;
}

export function completerOf(place: Argument | Option): Completer | undefined {
  return completers.get(place);
}
