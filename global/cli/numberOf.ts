import { InvalidArgumentError } from 'commander';

/** Value of a flag that is a number of seconds, as 2 or 0.5. */
export function seconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It has to be a number of seconds, as 2 or 0.5.');
  return Number(text);
}

/** As `seconds`, but not 0. */
export function interval(text: string): number {
  const value = seconds(text);
  if (value === 0) throw new InvalidArgumentError('It has to be more than 0 seconds.');
  return value;
}

/** Value of a flag that is a whole number. @param least the smallest that makes sense */
export function whole(least: number): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`It has to be a whole number, ${least} or more.`);
    return Number(text);
  };
}
