import { expect, test } from 'vitest';
import { goBool } from './goBool.ts';

test('the spellings that Go takes, and no others', () => {
  expect(['1', 't', 'T', 'true', 'TRUE', 'True'].map(goBool)).toEqual(Array(6).fill(true));
  expect(['0', 'f', 'F', 'false', 'FALSE', 'False'].map(goBool)).toEqual(Array(6).fill(false));
  expect(['', 'tRUE', 'yes', '2'].map(goBool)).toEqual(Array(4).fill(undefined));
});
