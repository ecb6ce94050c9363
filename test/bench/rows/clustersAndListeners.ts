import { TYPE_URL } from '../../../shared/xds/snapshot.ts';
import type { FleetRow } from '../row.ts';
import { putTimeout, secondsBytes } from '../policies.ts';
import { measureRounds } from '../rounds.ts';

/**
 * A policy for all that rewrites every cluster and every listener for calls: each sidecar is sent clusters, then their endpoints
 * again, then listeners. Until it has both.
 */
export const row: FleetRow = {
  name: 'clusters-and-listeners',
  order: 60,
  measure: (bench) =>
    measureRounds(bench, 'mesh-wide, clusters and listeners', () => {
      const seconds = bench.fresh();
      const duration = `${seconds}s`;
      const to = {
        connectionTimeout: duration,
        idleTimeout: duration,
        http: { maxStreamDuration: duration, requestHeadersTimeout: duration },
      };
      return {
        markers: [TYPE_URL.cluster, TYPE_URL.listener].map((typeUrl) => ({ typeUrl, bytes: secondsBytes(seconds) })),
        ids: bench.layout.ids,
        change: putTimeout(bench, 'a-bench-rewrite', { kind: 'Mesh' }, to),
      };
    }),
};
