import fc from 'fast-check';
import { jsonText, Raw } from './jsonText.ts';

const nested = (open: string, close: string, depth: number) => new Raw(`${open.repeat(depth)}1${close.repeat(depth)}`);

/** Nine lines of YAML that are a thousand million words when all of their aliases are followed. */
const YAML_BOMB = Array.from({ length: 9 }, (_, i) => {
  const inner = i === 0 ? 'boom' : `*l${i - 1}`;
  return `l${i}: &l${i} [${Array.from({ length: 10 }, () => inner).join(', ')}]`;
}).join('\n');

/** Texts that have broken parsers, paths, logs and terminals before. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e\u0007\u001b[2J',
  '\r\nx-injected: 1',
  '../../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%zz',
  '${jndi:ldap://x}',
  "'; DROP TABLE event; --",
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '*',
  '>',
  'a.b.*.>',
  'name with blanks',
  '🦜'.repeat(64),
  'a'.repeat(254),
  'a'.repeat(70_000),
  '(a+)+$',
  '(?:(?:a*)*)*b',
  '9'.repeat(400),
  '1e400s',
  '-1s',
  'NaN',
  YAML_BOMB,
  'a: &a [*a, *a]',
  '<<: &a {<<: *a}',
  '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}',
  `${'[ '.repeat(5_000)}1`,
];

/** Anything at all in the place of a value. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    [],
    {},
    [[]],
    0,
    -1,
    0.5,
    65_536,
    2 ** 31,
    2 ** 53 + 2,
    -(2 ** 63),
    1e308,
  ),
  fc.constantFrom(
    new Raw('1e999'),
    new Raw('-0'),
    new Raw('123456789012345678901234567890'),
    new Raw('"\\ud83d"'),
    new Raw('{"a":1,"a":2}'),
    new Raw('{"__proto__":{"polluted":true}}'),
    new Raw('{"constructor":{"prototype":{"polluted":true}}}'),
    new Raw(`{${Array.from({ length: 5_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`),
    new Raw(`[${'{},'.repeat(20_000)}{}]`),
    nested('[', ']', 40),
    nested('[', ']', 3_000),
    nested('{"a":', '}', 3_000),
    nested('[', ']', 200_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const step = fc.record({
  where: fc.nat(),
  how: fc.constantFrom('replace', 'remove', 'rename', 'add', 'wrap'),
  value: hostileValue,
  key: fc.constantFrom(...HOSTILE_TEXTS),
});

/** A body of the corpus with one to three places changed, and what it says of itself, where that is a text. */
export interface Mutated {
  /** JSON, or nearly. */
  readonly text: string;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly mesh?: string | undefined;
}

export function mutated(bodies: readonly object[]): fc.Arbitrary<Mutated> {
  return fc.tuple(fc.constantFrom(...bodies), fc.array(step, { minLength: 1, maxLength: 3 })).map(([body, steps]) => {
    const value = steps.reduce<unknown>((before, one) => change(before, one), structuredClone(body));
    const said = (field: string) => {
      const one = Object.getOwnPropertyDescriptor(value ?? {}, field)?.value;
      return typeof one === 'string' ? one : undefined;
    };
    // As text, since fast-check prints counterexamples through members that ours redefine.
    return { text: jsonText(value), type: said('type'), name: said('name'), mesh: said('mesh') };
  });
}

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function change(root: unknown, { where, how, value, key }: Step): unknown {
  const places = placesOf(root);
  const place = places[where % Math.max(1, places.length)];
  if (!place) return value;
  const { holder } = place;
  switch (how) {
    case 'replace':
      holder[place.key] = value;
      return root;
    case 'remove':
      delete holder[place.key];
      return root;
    case 'wrap':
      holder[place.key] = [holder[place.key], holder[place.key]];
      return root;
    case 'rename':
      define(holder, key, holder[place.key]);
      delete holder[place.key];
      return root;
    default:
      define(holder, key, value);
      return root;
  }
}

/** As an own member, whatever its name. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesOf(value: unknown): Place[] {
  if (value === null || typeof value !== 'object' || value instanceof Raw) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}
