import { expect, it } from 'vitest';
import { livenessOf } from './ingressLiveness.ts';

const NOW = 1_000_000;
const after = (heard: number, reached: number, deadAfter = 30_000) =>
  livenessOf({ heard: NOW - heard, reached: NOW - reached }, NOW, deadAfter);

it('an ingress whose zone is heard is alive, reached or not', () => {
  expect(after(5_000, NOW)).toBe('alive');
  expect(after(12_000, NOW)).toBe('alive');
});

it('one whose zone is silent is tried, and dead only when it was neither heard nor reached for the whole time', () => {
  expect(after(13_000, NOW)).toBe('doubted');
  expect(after(30_000, NOW)).toBe('doubted');
  expect(after(30_001, NOW)).toBe('dead');
  expect(after(3_600_000, 1_000)).toBe('doubted');
  expect(after(3_600_000, 30_001)).toBe('dead');
});

it('with a short time the doubt comes in the middle of it', () => {
  expect(after(1_001, NOW, 2_000)).toBe('doubted');
  expect(after(2_001, NOW, 2_000)).toBe('dead');
});
