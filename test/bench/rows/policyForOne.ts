import type { FleetRow } from '../row.ts';
import { freshRequestTimeout } from '../policies.ts';
import { measureRounds } from '../rounds.ts';

/** A policy that selects one sidecar: the others shall be sent nothing. */
export const row: FleetRow = {
  name: 'one',
  order: 30,
  measure: (bench) => {
    const { layout } = bench;
    const index = Math.floor(layout.sidecars / 2);
    const targetRef = { kind: 'MeshSubset', tags: { 'bench-index': String(index) } };
    return measureRounds(bench, 'policy for 1 sidecar', () => ({
      // Before the policy for all, which has the less specific target, in any case.
      ...freshRequestTimeout(bench, 'a-bench-one', targetRef),
      ids: [layout.idOf(index)],
    }));
  },
};
