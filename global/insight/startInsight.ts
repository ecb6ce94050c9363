import type { Runtime } from '../../runtime/runtime.ts';
import type { Notice } from '../../shared/event/notice.ts';
import type { ZoneSpec } from '../../shared/resource/zone/spec.ts';
import type { GlobalConfig } from '../config.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { HubConnection } from '../relay/natsConnection.ts';
import { systemClock } from './clock.ts';
import { CopyMonitor } from './copyMonitor.ts';
import { DigestRing, followDigest } from './digestRing.ts';
import { firstEventOf } from './firstEventOf.ts';
import { readHubCopies } from './hubCopies.ts';
import { watchHubHead } from './hubHead.ts';
import { insightMetrics } from './metrics.ts';
import { giveNotice } from './giveNotice.ts';
import { Rollouts } from './rollouts.ts';
import { SyncMonitor } from './syncMonitor.ts';
import { followZones } from './zoneFollower.ts';

type Deps = {
  readonly config: Pick<GlobalConfig, 'zone.stalledAfter' | 'zone.offlineAfter'>;
  readonly events: EventLog;
  readonly hub: HubConnection;
  readonly runtime: Runtime;
};

/** Follows what the zones report and holds it against the log: their state, how far changes are, the metrics of both. */
export async function startInsight({ config, events, hub, runtime }: Deps) {
  const { registry, log, metrics, onError } = runtime;
  const zones = followZones(hub, registry, systemClock, onError('a report of a zone was not understood'));
  const rollouts = new Rollouts({ firstEventOf: (id) => firstEventOf(events, id) });
  zones.onReport((zone, status) => rollouts.take(zone, status.instance, status.rollouts));
  const ring = new DigestRing();
  const stopDigest = await followDigest(events, ring, systemClock, onError('the digest does not follow'));
  const notify = (zone: string, instance: string, notice: Notice) => giveNotice(hub, zone, instance, notice);
  const copies = new CopyMonitor({ zones, logId: () => events.logId, giveNotice: notify });
  const sync = new SyncMonitor({
    zones,
    facts: () => ({
      logId: events.logId,
      head: ring.head,
      digestAt: (position) => ring.digestAt(position),
      behindSince: (position) => ring.behindSince(position),
      now: systemClock.running(),
      stalledAfter: config['zone.stalledAfter'],
      offlineAfter: config['zone.offlineAfter'],
    }),
    giveNotice: notify,
    wrongCopies: (zone, instance) => copies.wrong(zone, instance),
    clock: systemClock,
    log,
  });
  const ended = new AbortController();
  void readHubCopies(
    {
      hub,
      zones: () => sync.names(),
      onRead: (originals) => copies.compare(originals),
      onError: onError('the zones’ copies cannot be compared with the hub'),
    },
    ended.signal,
  );
  const hubHead = watchHubHead(hub);
  const zoneSyncs = async () =>
    (await events.list('Zone')).map(({ resource: { name, spec } }) => ({
      ...sync.zone(name),
      enabled: (spec as ZoneSpec).enabled !== false,
    }));
  // Metrics go on while the database is away: they matter most then.
  const knownZones = () => zoneSyncs().catch(() => sync.names().map((name) => sync.zone(name)));
  insightMetrics({ metrics, head: () => ring.position, hub: hubHead, zones: knownZones });
  return {
    zones,
    rollouts,
    sync,
    zoneSyncs,
    /** Where zones stand that have seen everything visible. */
    head: () => ring.head,
    stop: () => {
      ended.abort();
      stopDigest();
      sync.stop();
      hubHead.stop();
      zones.stop();
    },
  };
}

export type Insight = Awaited<ReturnType<typeof startInsight>>;
