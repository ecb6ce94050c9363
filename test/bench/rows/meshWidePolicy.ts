import type { FleetRow } from '../row.ts';
import { freshRequestTimeout } from '../policies.ts';
import { measureRounds } from '../rounds.ts';

/** A policy for all: from sending the PUT to global until each sidecar was sent the changed routes. */
export const row: FleetRow = {
  name: 'mesh-wide',
  order: 20,
  measure: (bench) =>
    measureRounds(bench, 'mesh-wide policy', () => ({
      // Of two policies for the whole mesh that of the lexicographically smaller name wins, here over those that a mesh is born with.
      ...freshRequestTimeout(bench, 'a-bench', { kind: 'Mesh' }),
      ids: bench.layout.ids,
    })),
};
