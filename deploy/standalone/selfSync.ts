import type { ZoneSync } from '../../global/insight/zoneSync.ts';
import type { EventLog } from '../../global/log/eventLog.ts';
import type { SyncReader } from '../../shared/rest/ports.ts';
import type { AdsServer } from '../../zone/ads/ports.ts';
import type { Replica } from '../../zone/replica/ports.ts';

type Deps = {
  readonly zone: string;
  readonly instance: string;
  readonly version: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly events: Pick<EventLog, 'head'>;
  readonly replica: Pick<Replica, 'view' | 'position' | 'digest'>;
  readonly ads: Pick<AdsServer, 'proxies'>;
  readonly now: () => Date;
};

/** `GET /sync` of a control plane that is alone: its only zone, whose view follows the log in the same process. */
export function selfSync({ zone, instance, version, startedAt, events, replica, ads, now }: Deps): SyncReader {
  let behindSince: number | undefined;
  const zones = async (): Promise<readonly ZoneSync[]> => {
    const position = replica.position();
    const lag = Math.max(0, (await events.head()) - position);
    behindSince = lag === 0 ? undefined : (behindSince ?? performance.now());
    const sidecars = [...ads.proxies.values()].filter(({ kind }) => kind === 'sidecar').length;
    const sync = {
      state: 'online',
      inSync: lag === 0,
      ...(lag === 0 ? {} : { reason: `${lag} events behind` }),
      position,
      lag,
      lagSeconds: behindSince === undefined ? 0 : (performance.now() - behindSince) / 1000,
      digest: replica.digest(),
      connected: true,
      since: startedAt,
      reportedAt: now().toISOString(),
    } as const;
    return [
      {
        ...sync,
        name: zone,
        sidecars: { connected: sidecars, total: [...replica.view.entriesOfType('Dataplane')].length },
        quarantined: 0,
        instances: [{ ...sync, instance, version, sidecars, quarantined: [], quarantinedTotal: 0, waitingForKeys: 0 }],
      },
    ];
  };
  return { zones };
}
