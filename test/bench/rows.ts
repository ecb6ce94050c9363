import { readdir } from 'node:fs/promises';
import type { FleetRow } from './bench.ts';

const FOLDER = new URL('rows/', import.meta.url);

/** Every row there is: a file in rows/ that exports one. */
export async function fleetRows(): Promise<FleetRow[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const modules = await Promise.all(files.map((name) => import(new URL(name, FOLDER).href)));
  const rows = modules.flatMap(({ row }: { row?: FleetRow }) => (row ? [row] : []));
  return rows.sort((a, b) => a.order - b.order);
}
