import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Digest } from './digest.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const steps = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), body: fc.option(fc.string(), { nil: undefined }) }),
);

it('depends on what is there, not on the way there', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const stepwise = new Digest(sha256);
      const state = new Map<string, [number, string]>();
      sequence.forEach(({ key, body }, version) => {
        stepwise.set(key, version, body);
        if (body === undefined) state.delete(key);
        else state.set(key, [version, body]);
      });
      const fresh = new Digest(sha256);
      for (const [key, [version, body]] of [...state].reverse()) fresh.set(key, version, body);
      expect(stepwise.hex).toBe(fresh.hex);
      expect(stepwise.size).toBe(state.size);
    }),
  );
});

it('sees a version, a key and a body', () => {
  const of = (key: string, version: number, body: string) => {
    const digest = new Digest(sha256);
    digest.set(key, version, body);
    return digest.hex;
  };
  expect(new Set([of('a', 1, 'x'), of('b', 1, 'x'), of('a', 2, 'x'), of('a', 1, 'y')]).size).toBe(4);
  expect(new Digest(sha256).hex).toBe('0'.repeat(64));
});
