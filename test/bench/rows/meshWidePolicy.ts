import type { FleetRow } from '../row.ts';
import { freshRequestTimeout } from '../policies.ts';
import { measureRounds } from '../rounds.ts';

/** A policy for all: from sending the PUT to global until each sidecar was sent the changed routes. */
export const row: FleetRow = {
  name: 'mesh-wide',
  order: 20,
  measure: (bench) =>
    measureRounds(bench, 'mesh-wide policy', () => ({
      // The lexicographically smaller name wins over the policies that a mesh is born with (policies §2.4).
      ...freshRequestTimeout(bench, 'a-bench', { kind: 'Mesh' }),
      ids: bench.layout.ids,
    })),
};
