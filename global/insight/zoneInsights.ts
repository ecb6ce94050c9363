import { GLOBAL } from '../../shared/resource/resource.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import type { Report } from './zoneFollower.ts';

type Input = {
  /** Zone → instance → last report. */
  readonly reports: ReadonlyMap<string, ReadonlyMap<string, Report>>;
  readonly globalInstance: string;
  readonly now: number;
  readonly offlineAfter: number;
};

/** Kuma keeps the last ten connections of a zone (multizone-and-dataplane §1.7). */
const KEPT = 10;

/**
 * The zones' insights as `kumactl inspect zones` reads them (kumactl-api §5.3): one subscription for each instance that has
 * reported, open as long as it does. Counters are texts; what Kuma counts as responses are positions here.
 */
export function zoneInsights({ reports, globalInstance, now, offlineAfter }: Input): Stored[] {
  return [...reports].map(([zone, instances]) => {
    const subscriptions = [...instances.values()]
      .sort((a, b) => a.status.startedAt.localeCompare(b.status.startedAt))
      .slice(-KEPT)
      .map(({ status, receivedAt }) => ({
        id: status.instance,
        globalInstanceId: globalInstance,
        zoneInstanceId: status.instance,
        connectTime: status.startedAt,
        ...(now - receivedAt > offlineAfter ? { disconnectTime: new Date(receivedAt).toISOString() } : {}),
        status: {
          lastUpdateTime: status.at,
          total: {
            responsesSent: String(status.position),
            responsesAcknowledged: String(status.position),
            ...(status.quarantined.length > 0 ? { responsesRejected: String(status.quarantined.length) } : {}),
          },
        },
        version: { kumaCp: { version: status.version, kumaCpGlobalCompatible: true } },
        config: JSON.stringify(status.config),
      }));
    const at = subscriptions.at(-1)?.connectTime ?? new Date(now).toISOString();
    const resource = {
      type: 'ZoneInsight',
      mesh: '',
      name: zone,
      labels: {},
      creationTime: at,
      modificationTime: at,
      spec: { subscriptions },
    };
    return { resource, version: 1, origin: GLOBAL };
  });
}
