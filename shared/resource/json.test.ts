import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isSameJson, type Json } from './json.ts';

test('two values are the same JSON when both would be written as one text', () => {
  const values = [
    0,
    '0',
    '',
    null,
    true,
    {},
    [],
    [0],
    [0, 1],
    { a: 0 },
    { a: 0, b: 1 },
    { b: 1, a: 0 },
    { a: [{ b: '' }] },
    { 0: 0 },
  ];
  for (const a of values)
    for (const b of values)
      expect(isSameJson(structuredClone(a), structuredClone(b)), `${JSON.stringify(a)} ${JSON.stringify(b)}`).toBe(
        JSON.stringify(a) === JSON.stringify(b),
      );
});

/** Another way to say the same: pairs, sorted. */
function byPairs(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(byPairs).join(',')}]`;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, field]) => `${JSON.stringify(key)}:${byPairs(field)}`).join(',')}}`;
}

test('canonical JSON has all fields, sorted by their names, also where names are numbers or `__proto__`', () => {
  expect(canonicalJson({ b: 1, a: undefined, c: [undefined, { 10: 1, 9: 2, '-': 3 }] })).toBe(
    '{"b":1,"c":[null,{"-":3,"10":1,"9":2}]}',
  );
  expect(canonicalJson(JSON.parse('{"b":{"__proto__":1},"a":0}'))).toBe('{"a":0,"b":{"__proto__":1}}');
  expect([canonicalJson(undefined), canonicalJson(null), canonicalJson('"')]).toEqual(['null', 'null', '"\\""']);
  const name = fc.oneof(fc.string(), fc.constantFrom('10', '9', '01', '__proto__', 'a', 'b', 'constructor'));
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, -1.5, 'é"\n'),
      fc.array(tie('value')),
      fc.array(fc.tuple(name, tie('value')), { maxLength: 20 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  }));
  fc.assert(
    fc.property(value, (json) => {
      expect(canonicalJson(json)).toBe(byPairs(json));
    }),
  );
});
