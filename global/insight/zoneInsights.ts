import { GLOBAL } from '../../shared/resource/resource.ts';
import { KUMA_RELEASE } from '../../shared/rest/meta/about.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import { asideIn } from './syncStatus.ts';
import type { Report } from './zoneFollower.ts';
import type { ZoneSync } from './zoneSync.ts';

type Input = {
  /** Zone → instance → last report. */
  readonly reports: ReadonlyMap<string, ReadonlyMap<string, Report>>;
  readonly globalInstance: string;
  readonly syncOf: (zone: string) => ZoneSync;
  /** RFC 3339 */
  readonly now: string;
};

/** As many as Kuma keeps: its docs call them subscriptions. */
const KEPT = 10;

/**
 * The zones' insights as `kumactl inspect zones` reads them (Kuma's `app/kumactl/cmd/inspect/inspect_zones.go`): one subscription for each control plane that has
 * reported. Kuma's only word for health is that a subscription is open, so they are open as long as the zone is `online`: one
 * that stalls or diverged must not look healthy. Counters are texts; what Kuma counts as responses are positions here, and what
 * it counts as rejected are events set aside. The version is that of the contract, as in `GET /`; `meridian` beside it, our own, and
 * `sync` are fields that kumactl does not know and drops.
 */
export function zoneInsights({ reports, globalInstance, syncOf, now }: Input): Stored[] {
  return [...reports].map(([zone, instances]) => {
    const sync = syncOf(zone);
    const subscriptions = [...instances.values()]
      .sort((a, b) => a.status.startedAt.localeCompare(b.status.startedAt))
      .slice(-KEPT)
      .map((report) => subscription(report, globalInstance, closedAt(report, sync)));
    const at = subscriptions.at(-1)?.connectTime ?? now;
    const resource = {
      type: 'ZoneInsight',
      mesh: '',
      name: zone,
      labels: {},
      creationTime: at,
      modificationTime: at,
      spec: { subscriptions, sync },
    };
    return { resource, version: 1, origin: GLOBAL };
  });
}

function subscription({ status }: Report, globalInstance: string, disconnectTime: string | undefined) {
  return {
    id: status.instance,
    globalInstanceId: globalInstance,
    zoneInstanceId: status.instance,
    connectTime: status.startedAt,
    ...(disconnectTime ? { disconnectTime } : {}),
    status: {
      lastUpdateTime: status.at,
      total: {
        responsesSent: String(status.position),
        responsesAcknowledged: String(status.position),
        ...(asideIn(status) > 0 ? { responsesRejected: String(asideIn(status)) } : {}),
      },
    },
    version: { kumaCp: { version: KUMA_RELEASE, meridian: status.version, kumaCpGlobalCompatible: true } },
    config: JSON.stringify(status.config),
  };
}

function closedAt({ status, reportedAt }: Report, { state, since, instances }: ZoneSync): string | undefined {
  const seen = instances.find(({ instance }) => instance === status.instance);
  if (!seen || seen.state === 'offline') return reportedAt;
  return state === 'online' ? undefined : since;
}
