import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256Hex } from './sha256.ts';

it.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 1_000])('is what node:crypto says of %d letters', (length) => {
  const text = Array.from({ length }, (_, i) => String.fromCodePoint(0x20 + ((i * 7919) % 0x500))).join('');
  expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'));
});
