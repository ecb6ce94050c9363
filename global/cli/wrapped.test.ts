import { expect, test } from 'vitest';
import { wrapped } from './wrapped.ts';

test('breaks between words, and only what is longer than the terminal', () => {
  expect(wrapped('east: it hangs', 14)).toBe('east: it hangs');
  expect(wrapped('east: it hangs or was stopped', 14)).toBe('east: it hangs\n  or was\n  stopped');
  expect(wrapped('east: it hangs or was stopped', undefined)).toBe('east: it hangs or was stopped');
  expect(wrapped('a word-that-is-longer b', 8)).toBe('a\n  word-that-is-longer\n  b');
});
