import { InvalidArgumentError } from 'commander';

/** A place in the policy log, or a time in milliseconds since 1970. */
export type Moment = { readonly position: number } | { readonly time: number };

/** Value of a flag like `--at`: `41`, or `2026-11-22T10:00:00Z`; `undefined`: it is neither. */
export function momentIn(text: string): Moment | undefined {
  if (/^\d+$/.test(text)) return { position: Number(text) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : { time };
}

/** As `momentIn`. @throws InvalidArgumentError */
export function moment(text: string): Moment {
  const found = momentIn(text);
  if (!found)
    throw new InvalidArgumentError('It has to be a position of the log as 41, or a time as 2026-11-22T10:00:00Z.');
  return found;
}
