import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { CopyDigest, isWrongCopy, sumUp } from './copies.ts';

const hash = (text: string) => createHash('sha256').update(text).digest();
const stream = (...messages: readonly (readonly [subject: string, body: string])[]) => {
  const digest = new CopyDigest(hash);
  for (const [subject, body] of messages) digest.take(subject, body);
  return digest.byZone;
};
const a = ['cp.key.zone-a.1', 'x'] as const;
const b = ['cp.key.zone~db.1', 'y'] as const;
const noB = ['cp.key.zone~db.1', ''] as const;

it('is the same for the same last messages, in whatever order they came', () => {
  expect(stream(a, b)).toEqual(stream(['cp.key.zone-a.1', 'before'], b, a));
  expect(Object.keys(stream(a, b))).toEqual(['zone-a', 'zone.b']);
  expect(sumUp(stream(a, b), hash)).not.toBe(sumUp(stream(a), hash));
  expect(sumUp(stream(a, b, noB), hash)).toBe(sumUp(stream(a), hash));
});

it.each([
  ['is equal', [a, b], [a, b], false],
  ['passed over a message', [a], [a, b], true],
  ['has an older version', [['cp.key.zone-a.1', 'before']], [a], true],
  ['passed over a deletion', [a, b], [a, noB], true],
  ['never had what was deleted', [a], [a, noB], false],
  ['knows of a zone that its origin never heard of', [a, b], [a], false],
] as const)('a copy that %s', (_, copy, origin, wrong) => {
  expect(isWrongCopy(stream(...copy), stream(...origin), hash)).toBe(wrong);
});
