import { type Clock, systemClock, timeOf } from '../../global/insight/clock.ts';
import { type DigestSource, DigestRing, followDigest } from '../../global/insight/digestRing.ts';
import { instanceSync } from '../../global/insight/syncStatus.ts';
import { zoneInsights } from '../../global/insight/zoneInsights.ts';
import type { Report } from '../../global/insight/zoneFollower.ts';
import { type ZoneSync, zoneSync } from '../../global/insight/zoneSync.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import type { AdsServer } from '../../zone/ads/ports.ts';
import type { Troubles } from '../../zone/status/troubles.ts';
import type { LocalReplica } from './localReplica.ts';

type Deps = {
  readonly zone: string;
  readonly instance: string;
  readonly version: string;
  /** RFC 3339 */
  readonly startedAt: string;
  readonly events: DigestSource & { readonly logId: string };
  readonly replica: Pick<
    LocalReplica,
    'view' | 'position' | 'digest' | 'onApplied' | 'quarantined' | 'quarantinedTotal'
  >;
  readonly ads: Pick<AdsServer, 'proxies'>;
  readonly config: () => Record<string, unknown>;
  readonly troubles: Pick<Troubles, 'list'>;
  readonly onError: (error: Error) => void;
  readonly clock?: Clock;
};

/** The view that applied nothing for so long, though it lags, is stalled: as with zones. */
const STALLED_AFTER_MS = 6_000;

interface SelfSync {
  zones(): Promise<readonly ZoneSync[]>;
  /** The only zone, as `kumactl inspect zones` reads it. */
  insights(): readonly Stored[];
  stop(): void;
}

/**
 * What a control plane that is alone says of itself: of its only zone, whose view follows the log in the same process. It proves that
 * as global does of its zones: by a digest of its own of what the log says.
 */
export async function selfSync({ zone, instance, version, startedAt, ...deps }: Deps): Promise<SelfSync> {
  const { events, replica, ads, config, troubles, onError, clock = systemClock } = deps;
  // It follows all of the log, what zones do not get to see too.
  const ring = new DigestRing(() => true);
  const stopDigest = await followDigest(events, ring, clock, onError);
  let progressedAt = clock.running();
  const stopWatching = replica.onApplied(({ change }) => {
    if (change) progressedAt = clock.running();
  });
  const report = (): Report => {
    const receivedAt = clock.running();
    const at = timeOf(clock, receivedAt);
    const connected = [...ads.proxies.values()].filter(({ kind }) => kind === 'sidecar').length;
    const status = {
      instance,
      version,
      at,
      startedAt,
      logId: events.logId,
      position: replica.position(),
      digest: replica.digest(),
      quarantined: [...replica.quarantined],
      quarantinedTotal: replica.quarantinedTotal,
      waitingForKeys: 0,
      troubles: troubles.list(),
      proxies: { connected },
      rollouts: [],
      config: config(),
    };
    return { status, receivedAt, reportedAt: at, progressedAt };
  };
  const syncOf = (seen: Report): ZoneSync => {
    const facts = {
      logId: events.logId,
      head: ring.head,
      digestAt: (position: number) => ring.digestAt(position),
      behindSince: (position: number) => ring.behindSince(position),
      now: seen.receivedAt,
      stalledAfter: STALLED_AFTER_MS,
      offlineAfter: STALLED_AFTER_MS,
    };
    const dataplanes = [...replica.view.entriesOfType('Dataplane')].length;
    const found = instanceSync(seen, {}, facts);
    const since = found.heldSince === undefined ? startedAt : timeOf(clock, found.heldSince);
    return zoneSync({ name: zone, dataplanes }, [{ ...found, since }]);
  };
  return {
    zones: async () => [syncOf(report())],
    insights: () => {
      const seen = report();
      const reports = new Map([[zone, new Map([[instance, seen]])]]);
      return zoneInsights({ reports, globalInstance: instance, syncOf: () => syncOf(seen), now: seen.reportedAt });
    },
    stop: () => {
      stopWatching();
      stopDigest();
    },
  };
}
