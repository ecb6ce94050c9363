import { InvalidArgumentError } from 'commander';

/**
 * Values of a flag like `--var key=value`, repeatable: what came before, and this one. As kumactl's, several may stand in one, with commas
 * between: `a=1,b=2`. A comma that no `key=` follows belongs to the value.
 * @throws InvalidArgumentError without `=`
 */
export function addKeyValues(
  text: string,
  previous: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const pairs = text.split(/,(?=[^,=]+=)/).map((pair) => {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (!key) throw new InvalidArgumentError('It has to be key=value.');
    return [key, value];
  });
  return { ...previous, ...Object.fromEntries(pairs) };
}
