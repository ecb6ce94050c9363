import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outboundClusterName, statName } from './names.ts';
import { sha256Hex } from './sha256.ts';

describe('names', () => {
  it('hashes as SHA-256 does, at every length of the last block', () => {
    const reference = (text: string) => createHash('sha256').update(text).digest('hex');
    for (let length = 0; length < 200; length++)
      expect(sha256Hex('x'.repeat(length))).toBe(reference('x'.repeat(length)));
    const anything = fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(sha256Hex(text)).toBe(reference(text));
    });
    fc.assert(anything);
  });

  it('names a subset by its tags, in whatever order', () => {
    expect(outboundClusterName('backend', {})).toBe('backend');
    expect(outboundClusterName('backend', { version: 'v1', a: 'b' })).toBe(
      outboundClusterName('backend', { a: 'b', version: 'v1' }),
    );
    expect(outboundClusterName('backend', { version: 'v1' })).toMatch(/^backend-[0-9a-f]{16}$/);
  });

  it('makes statistics names of anything', () => {
    expect(statName('inbound:10.0.0.1:80')).toBe('inbound_10_0_0_1_80');
  });
});
