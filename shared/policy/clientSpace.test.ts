import type { Tags } from '../resource/tags.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partition } from './clientSpace.ts';
import type { ClientSubset } from './rules.ts';

const tags = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'kuma.io/service'), fc.constantFrom('1', '2', '3'));

function includes(client: Tags, subset: Tags): boolean {
  return Object.entries(subset).every(([key, value]) => client[key] === value);
}

function isIn(client: Tags, { tags, not }: ClientSubset): boolean {
  return includes(client, tags) && !not.some(({ key, value }) => client[key] === value);
}

test('every client is in exactly one part, which names exactly the subsets that it is in', () => {
  fc.assert(
    fc.property(fc.array(tags, { maxLength: 7 }), tags, (subsets, client) => {
      const naive = subsets.flatMap((subset, place) => (includes(client, subset) ? [place] : []));
      const parts = partition(subsets).filter(({ subset }) => isIn(client, subset));
      expect(parts.map(({ covering }) => [...covering].sort())).toEqual(naive.length > 0 ? [naive] : []);
    }),
    { numRuns: 500 },
  );
});

test('parts with more tags come first', () => {
  fc.assert(
    fc.property(fc.array(tags, { maxLength: 7 }), (subsets) => {
      const sizes = partition(subsets).map(({ subset }) => Object.keys(subset.tags).length);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    }),
  );
});

test('a hundred services make a hundred parts and the rest', () => {
  const subsets = Array.from({ length: 100 }, (_, i) => ({ 'kuma.io/service': `s${i}` }));
  expect(partition([{}, ...subsets])).toHaveLength(101);
});

test('twenty tags that have nothing to do with each other are refused, not counted out', () => {
  const subsets = (count: number) => Array.from({ length: count }, (_, i) => ({ [`tag${i}`]: 'a' }));
  expect(partition(subsets(12))).toHaveLength(4_095);
  expect(() => partition(subsets(40))).toThrow('it divides clients into more than 4096 groups by their tags');
});
