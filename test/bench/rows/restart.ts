import { TIMEOUT } from '../bench.ts';
import type { FleetRow } from '../row.ts';
import { measureRounds } from '../rounds.ts';

/** A sidecar that dies and is there again under the same name: from connecting until it has a whole set of resources. */
export const row: FleetRow = {
  name: 'restart',
  order: 70,
  measure: (bench) => {
    const { fleet, layout } = bench;
    return measureRounds(bench, 'sidecar restarted under its name', (round) => {
      const index = (round * 7) % layout.sidecars;
      const ids = [layout.idOf(index)];
      return {
        markers: [],
        ids,
        change: async () => ({ start: await fleet.ask('connect', [layout.specOf(index)]) }),
        arrivals: () => fleet.ask('configured', ids, TIMEOUT),
      };
    });
  },
};
