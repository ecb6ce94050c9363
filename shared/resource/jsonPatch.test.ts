import { expect, test } from 'vitest';
import { jsonPatch } from './jsonPatch.ts';

test('names what is added, removed and replaced, deeply', () => {
  expect(
    jsonPatch({ a: 1, b: { c: [1, 2, 3], 'd/e~f': true } }, { b: { c: [1, 5], 'd/e~f': false }, g: null }),
  ).toEqual([
    { op: 'remove', path: '/a' },
    { op: 'replace', path: '/b/c/1', value: 5 },
    { op: 'remove', path: '/b/c/2' },
    { op: 'replace', path: '/b/d~1e~0f', value: false },
    { op: 'add', path: '/g', value: null },
  ]);
  expect(jsonPatch({ c: [1] }, { c: [1, 2, 3] })).toEqual([
    { op: 'add', path: '/c/-', value: 2 },
    { op: 'add', path: '/c/-', value: 3 },
  ]);
  expect(jsonPatch([1], { a: 1 })).toEqual([{ op: 'replace', path: '', value: { a: 1 } }]);
});

test('what is equal needs nothing', () => {
  const value = { a: [{ b: null }], c: 'x' };
  expect(jsonPatch(value, structuredClone(value))).toEqual([]);
});
