import { expect, test } from 'vitest';
import { nodeEnv, nodeFlags } from './nodeFlags.js';

test('only control planes are started with flags and variables of their own', () => {
  expect([nodeFlags(['get', 'zones']), nodeEnv(['get', 'zones'], {})]).toEqual([[], {}]);
  expect(nodeFlags(['zone'])).not.toEqual([]);
  expect(nodeEnv(['zone'], {})).toMatchObject({ MALLOC_ARENA_MAX: '1' });
});

test('what the environment says itself stays', () => {
  expect(nodeEnv(['global'], { MALLOC_ARENA_MAX: '4' })).not.toHaveProperty('MALLOC_ARENA_MAX');
});
