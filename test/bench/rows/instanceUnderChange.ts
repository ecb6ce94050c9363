import type { FleetRow } from '../row.ts';
import { freshInstance } from '../instances.ts';
import { freshRequestTimeout } from '../policies.ts';
import { measureRounds } from '../rounds.ts';

/**
 * A new instance in the middle of a change that concerns everybody: its callers shall not have to wait for all the others. To be
 * compared with the row where nothing else changes.
 */
export const row: FleetRow = {
  name: 'instance-busy',
  order: 50,
  measure: (bench) =>
    measureRounds(bench, 'new instance during a mesh-wide change', () => {
      const instance = freshInstance(bench);
      const policy = freshRequestTimeout(bench, 'a-bench', { kind: 'Mesh' });
      return {
        ...instance,
        also: [...bench.layout.ids, ...(instance.also ?? [])],
        change: async () => {
          // Both at once: the instance is known to the zone while it pushes the policy.
          const [{ start }] = await Promise.all([instance.change(), policy.change()]);
          return { start };
        },
      };
    }),
};
