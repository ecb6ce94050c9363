import { expect, test } from 'vitest';
import { table } from './table.ts';

const HEAD = ['ZONE', 'STATE', 'CHANGE'];
const ROWS = [['a', 'online', 'default/MeshTimeout/a-very-long-name-of-a-timeout']];

test('is as wide as it takes, where there is no terminal', () => {
  expect(table(HEAD, ROWS)).toBe(
    'ZONE   STATE    CHANGE\na      online   default/MeshTimeout/a-very-long-name-of-a-timeout',
  );
});

test('cuts the widest cells where a terminal is narrower, colours or not', () => {
  const [row = []] = ROWS;
  const cut = 'ZONE   STATE    CHANGE\na      online   default/MeshTimeout/a-v…';
  expect(table(HEAD, ROWS, 40)).toBe(cut);
  const painted = table(HEAD, [[row[0] ?? '', '\u001b[32monline\u001b[39m', row[2] ?? '']], 40);
  expect(painted).toBe(cut.replace('online', '\u001b[32monline\u001b[39m'));
  expect(table(HEAD, ROWS, 200)).toBe(table(HEAD, ROWS));
});
