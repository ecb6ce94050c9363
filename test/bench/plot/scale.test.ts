import { expect, test } from 'vitest';
import { logScale } from './scale.ts';

test('equal factors have equal distances', () => {
  const { at } = logScale([10, 1_000], 0, 200);
  expect([10, 100, 1_000].map(at)).toEqual([0, 100, 200]);
});

test('the axis ends at round values around what is shown', () => {
  const { at, ticks } = logScale([12, 43], 100, 0);
  expect(ticks).toEqual([10, 20, 50]);
  expect([at(10), at(50)]).toEqual([100, 0]);
});

test('many decades have one line each; a single value has an axis too', () => {
  expect(logScale([0.001, 90], 0, 1).ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100]);
  const one = logScale([100], 0, 1);
  expect(one.ticks.length).toBeGreaterThan(1);
  expect(one.at(100)).toBe(0);
});
