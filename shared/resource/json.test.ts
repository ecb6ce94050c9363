import { expect, test } from 'vitest';
import { isSameJson } from './json.ts';

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
