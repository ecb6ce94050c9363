import { table } from '../../global/cli/table.ts';
import { percentile } from './percentile.ts';
import type { Row } from './report.ts';

/** A row of one block, as `--json` has it. */
export interface Measured extends Row {
  /** Of the row. */
  readonly name: string;
  /** Absent for rows without a fleet. */
  readonly sidecars?: number;
  readonly services?: number;
}

interface Metric {
  readonly title: string;
  readonly of: (row: Row) => number | undefined;
  readonly digits: number;
}

export const METRICS = {
  p99: {
    title: 'p99, ms',
    of: ({ samples }) =>
      percentile(
        samples.durations.toSorted((a, b) => a - b),
        0.99,
      ),
    digits: 1,
  },
  cpu: { title: 'CPU of the zone per change, s', of: ({ cpu }) => cpu?.zone, digits: 3 },
  bytes: { title: 'sent to the sidecars per change, KiB', of: ({ bytes }) => bytes && bytes / 1024, digits: 0 },
  memory: { title: 'memory of the zone, MiB', of: ({ memory }) => memory?.rss, digits: 0 },
} as const satisfies Record<string, Metric>;

/** How each metric grows: a line for each number of sidecars and services, a column for each row. */
export function growthTables(measured: readonly Measured[]): string {
  const names = [...new Set(measured.map(({ name }) => name))];
  const blocks = [...new Set(measured.map(({ sidecars, services }) => `${sidecars} ${services}`))];
  const tables = Object.values(METRICS).map(({ title, of, digits }: Metric) => {
    const lines = blocks.map((block) => {
      const cells = names.map((name) => {
        const row = measured.find((one) => one.name === name && `${one.sidecars} ${one.services}` === block);
        const value = row && of(row);
        return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
      });
      return [...block.split(' '), ...cells];
    });
    return `${title}\n${table(['SIDECARS', 'SERVICES', ...names.map((name) => name.toUpperCase())], lines)}`;
  });
  return tables.join('\n\n');
}
