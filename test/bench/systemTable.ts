import { table } from '../../global/cli/table.ts';
import { percentile, type Row } from './report.ts';

const ms = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? '-' : value < 10 ? value.toFixed(2) : value.toFixed(0);

/** Rows of measurements that have neither fleet nor needless pushes; what a number is of is said in the row and its note. */
export function systemTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, samples: { durations, missing }, note }) => {
    const sorted = durations.toSorted((a, b) => a - b);
    return [
      what,
      ms(percentile(sorted, 0.5)),
      ms(percentile(sorted, 0.99)),
      ms(sorted.at(-1)),
      String(sorted.length),
      String(missing),
      note ?? '',
    ];
  });
  return table(['WHAT', 'P50 ms', 'P99 ms', 'MAX ms', 'SAMPLES', 'MISSING', ''], lines);
}
