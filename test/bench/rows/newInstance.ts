import type { FleetRow } from '../row.ts';
import { freshInstance } from '../instances.ts';
import { measureRounds } from '../rounds.ts';

/** A new instance of a service: from its sidecar's connecting until each caller was sent its address. */
export const row: FleetRow = {
  name: 'instance',
  order: 40,
  measure: (bench) => measureRounds(bench, 'new instance, until its callers know', () => freshInstance(bench)),
};
