import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
};

const GAP = BORDERLESS.middle.length;
/** Of a column that is cut there stays so much, however narrow the terminal is. */
const LEAST = 10;

/**
 * Columns under their headings, without borders, as kumactl prints them.
 * @param columns of the terminal that all of it has to fit in: the widest cells are cut, with `…`; absent: nothing is
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const made = new Table({
    head: [...head],
    ...(columns !== undefined && { colWidths: fitting(widths([head, ...rows]), columns) }),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push([...row]);
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function widths(rows: readonly (readonly string[])[]): number[] {
  const length = (text = '') => stripVTControlCharacters(text).length;
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => length(row[column]))));
}

/** Takes from the widest columns what is too much. */
function fitting(natural: readonly number[], columns: number): number[] {
  const room = columns - GAP * (natural.length - 1);
  let [limit] = natural.toSorted((a, b) => b - a);
  const cut = (width: number) => Math.min(width, Math.max(limit ?? 0, LEAST));
  const total = () => natural.reduce((sum, width) => sum + cut(width), 0);
  while (limit !== undefined && limit > LEAST && total() > room) limit--;
  return natural.map(cut);
}
