import { readdir } from 'node:fs/promises';
import type { Bench } from './bench.ts';
import type { Progress } from './progress.ts';
import type { Row } from './report.ts';

/** A measurement with a zone full of sidecars; in a file of its own in rows/, exported as `row`. */
export interface FleetRow {
  /** For `--rows`. */
  readonly name: string;
  /** Rows are measured in this order, `connect` first: it is what fills the zone. */
  readonly order: number;
  readonly measure: (bench: Bench) => Promise<Row>;
}

/** A measurement that starts what it needs itself; in a file of its own in rows/, exported as `standaloneRow`. */
export interface StandaloneRow {
  /** For `--rows`: it is measured only when it is asked for. */
  readonly name: string;
  readonly measure: (options: StandaloneOptions, progress: Progress) => Promise<Row | readonly Row[]>;
}

/** As far as the command line says; what a measurement has in its own numbers it knows itself. */
export interface StandaloneOptions {
  readonly rounds: number;
  readonly mtls: boolean;
}

const FOLDER = new URL('rows/', import.meta.url);

/** Every row there is. */
export async function findRows(): Promise<{ fleet: readonly FleetRow[]; standalone: readonly StandaloneRow[] }> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const modules = await Promise.all(
    files.map(
      async (name): Promise<{ row?: FleetRow; standaloneRow?: StandaloneRow }> => import(new URL(name, FOLDER).href),
    ),
  );
  return {
    fleet: modules.flatMap(({ row }) => row ?? []).sort((a, b) => a.order - b.order),
    standalone: modules.flatMap(({ standaloneRow }) => standaloneRow ?? []),
  };
}
