import { CliError } from '../cliError.ts';
import { didYouMean } from '../../../shared/text/editDistance.ts';

/** `{{ key }}`, and with three braces: in kumactl's templates those are not escaped; nothing is here. */
const PLACE = /\{\{\{\s*([\w.-]+)\s*\}\}\}|\{\{\s*([\w.-]+)\s*\}\}/g;

/**
 * Puts the values of `apply --var` where a text has `{{ key }}`. Without any value the text is left as it is: braces may be part of it.
 * @param where name of the text, for errors
 * @throws CliError for a key without a value, which kumactl would leave empty
 */
export function withVariables(text: string, variables: Readonly<Record<string, string>>, where: string): string {
  const known = Object.keys(variables);
  if (known.length === 0) return text;
  return text.replaceAll(PLACE, (_, three: string | undefined, two: string | undefined, offset: number) => {
    const key = three ?? two ?? '';
    const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
    if (value !== undefined) return value;
    const line = text.slice(0, offset).split('\n').length;
    const [near] = didYouMean(key, known);
    const hint = near === undefined ? `Give it with --var ${key}=…` : `Did you mean ${near}?`;
    throw new CliError(`${where}:${line}: there is no value for {{ ${key} }}. ${hint}`);
  });
}
