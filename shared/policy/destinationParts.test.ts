import { expect, test } from 'vitest';
import { destinationParts } from './destinationParts.ts';

/** `a=1 !b=2 ← 0,1`: a part with a and without b, held by the first two subsets. */
function shown(subsets: readonly Readonly<Record<string, string>>[]): string[] {
  return destinationParts(subsets).map(({ subset: { tags, not }, covering }) => {
    const positive = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
    const negative = not.map(({ key, value }) => `!${key}=${value}`);
    return `${[...positive, ...negative].join(' ')} ← ${covering}`;
  });
}

test('one tag at most: the subsets themselves, each once, and what holds them', () => {
  expect(shown([{}, { s: 'a' }, { s: 'b' }, { s: 'a' }])).toEqual(['s=a ← 0,1,3', 's=b ← 0,2', ' ← 0']);
});

test('a route of a service: with and without, as far as a subset holds it', () => {
  const route = { h: 'x', s: 'a' };
  expect(shown([{ s: 'a' }, route])).toEqual(['h=x s=a ← 0,1', 's=a !h=x ← 0']);
  expect(shown([{}, route])).toEqual(['h=x s=a ← 0,1', 's=a !h=x ← 0', 'h=x !s=a ← 0', '!h=x !s=a ← 0']);
});

test('groups of routes of one service are apart, later ones first', () => {
  const routes = [{ s: 'a' }, { h: 'x', s: 'a' }, { h: 'y', s: 'a' }];
  expect(shown(routes)).toEqual(['h=y s=a ← 0,2', 'h=x s=a ← 0,1', 's=a !h=y ← 0', 's=a !h=x ← 0']);
});

test('nothing divides into nothing', () => {
  expect(destinationParts([])).toEqual([]);
});
