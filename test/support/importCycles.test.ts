import { expect, test } from 'vitest';
import { cyclesIn } from './importCycles.ts';

const edge = (from: string, to: string) => ({ from, to });

test('a diamond is no cycle', () => {
  expect(cyclesIn([edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')])).toEqual([]);
});

test('a cycle is shown from where it closes', () => {
  expect(cyclesIn([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual(['b → c → b']);
  expect(cyclesIn([edge('a', 'a')])).toEqual(['a → a']);
});
