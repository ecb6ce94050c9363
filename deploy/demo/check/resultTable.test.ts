import { expect, test } from 'vitest';
import { resultTable } from './resultTable.ts';

const result = (what: string, passed: boolean) => ({ what, passed, detail: 'd', milliseconds: 1_234 });

test('says that all hold, or names what failed', () => {
  expect(resultTable([result('a', true), result('b', true)], 120)).toMatch(/all 2 hold$/);
  const text = resultTable([result('a', true), result('b', false), result('c', false)], 120);
  expect(text).toMatch(/failed: b; c$/);
  expect(text).toMatch(/│ b +│ FAILED │ d +│ 1\.2 s/);
});
