/** What stands for a value that is another one each time. */
const PLACEHOLDERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<any>': () => true,
  '<text>': (value) => typeof value === 'string' && value !== '',
  '<number>': (value) => typeof value === 'number',
  '<time>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value),
  '<uuid>': (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
};

/** Key of an expected list that may have others besides and any order: `{ <some>: [ … ] }`. */
const SOME = '<some>';

/**
 * Where an answer is not as expected, each as `path: what`; empty when it is. A text such as `<time>` stands for any time,
 * `</…/>` for a text that the regular expression finds itself in.
 * @param exact objects have no fields besides the expected ones; otherwise they may
 */
export function mismatches(expected: unknown, actual: unknown, exact: boolean, path = '$'): string[] {
  if (typeof expected === 'string') {
    const placeholder = PLACEHOLDERS[expected];
    const pattern = /^<\/(.*)\/>$/s.exec(expected)?.[1];
    if (placeholder) return placeholder(actual) ? [] : [differs(path, expected, actual)];
    if (pattern !== undefined)
      return typeof actual === 'string' && new RegExp(pattern).test(actual) ? [] : [differs(path, expected, actual)];
  }
  if (expected === null || typeof expected !== 'object')
    return Object.is(expected, actual) ? [] : [differs(path, expected, actual)];
  if (Array.isArray(expected)) return listMismatches(expected, actual, exact, path);
  if (SOME in expected) return someMismatches(expected[SOME] as unknown[], actual, exact, path);
  if (actual === null || typeof actual !== 'object' || Array.isArray(actual)) return [differs(path, expected, actual)];
  const missing = Object.entries(expected).flatMap(([key, value]) =>
    key in actual
      ? mismatches(value, (actual as Record<string, unknown>)[key], exact, `${path}.${key}`)
      : [`${path}.${key}: is missing`],
  );
  const more = exact ? Object.keys(actual).filter((key) => !(key in expected)) : [];
  return [...missing, ...more.map((key) => `${path}.${key}: is not expected`)];
}

function listMismatches(expected: readonly unknown[], actual: unknown, exact: boolean, path: string): string[] {
  if (!Array.isArray(actual)) return [differs(path, expected, actual)];
  if (actual.length !== expected.length) return [differs(path, `${expected.length} items`, actual)];
  return expected.flatMap((one, i) => mismatches(one, actual[i], exact, `${path}[${i}]`));
}

function someMismatches(expected: readonly unknown[], actual: unknown, exact: boolean, path: string): string[] {
  if (!Array.isArray(actual)) return [differs(path, 'a list', actual)];
  return expected
    .filter((one) => !actual.some((item) => mismatches(one, item, exact, path).length === 0))
    .map((one) => `${path}: has no ${JSON.stringify(one)}`);
}

function differs(path: string, expected: unknown, actual: unknown): string {
  return `${path}: is ${short(actual)}, not ${short(expected)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
