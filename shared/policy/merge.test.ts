import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeConfs } from './merge.ts';

const conf = fc.letrec((tie) => ({
  conf: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof({ depthSize: 'small' }, fc.integer(), fc.array(fc.integer(), { maxLength: 2 }), tie('conf')),
    { maxKeys: 3 },
  ),
})).conf;

test('a later conf wins field by field', () => {
  expect(
    mergeConfs([
      { a: 1, http: { x: 1, y: 1 } },
      { http: { y: 2 }, list: [1] },
      { list: [2], b: undefined },
    ]),
  ).toEqual({ a: 1, http: { x: 1, y: 2 }, list: [2] });
  expect(mergeConfs([{ a: 1 }, { a: null }])).toEqual({});
  expect(mergeConfs([{ appendMatch: [1] }, { appendMatch: [2] }])).toEqual({ appendMatch: [1, 2] });
  expect(mergeConfs([])).toBeUndefined();
});

test('folding all at once is folding step by step, and a conf over itself is itself', () => {
  fc.assert(
    fc.property(fc.array(conf, { minLength: 1, maxLength: 5 }), conf, (lower, last) => {
      expect(mergeConfs([mergeConfs(lower), last])).toEqual(mergeConfs([...lower, last]));
      expect(mergeConfs([last, last])).toEqual(mergeConfs([last]));
    }),
  );
});

test('what is merged is not touched', () => {
  const lower = { http: { a: 1 } };
  mergeConfs([lower, { http: { a: 2 } }]);
  expect(lower).toEqual({ http: { a: 1 } });
});
