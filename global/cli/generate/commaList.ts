import { InvalidArgumentError } from 'commander';

/**
 * Parser of a flag that may be given several times, each time with several values between commas, as kumactl's lists are.
 * @param known the values that there are; without it any
 */
export function commaList(known?: readonly string[]): (text: string, before?: readonly string[]) => readonly string[] {
  return (text, before = []) => {
    const values = text.split(',').map((value) => value.trim());
    const wrong = known && values.find((value) => !known.includes(value));
    if (wrong !== undefined) throw new InvalidArgumentError(`Allowed choices are ${known?.join(', ')}.`);
    return [...before, ...values];
  };
}
