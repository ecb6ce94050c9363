import { Counter, Gauge, type Registry } from 'prom-client';
import type { HubHead } from './hubHead.ts';
import type { SyncState } from './syncStatus.ts';
import type { ZoneSync } from './zoneSync.ts';

type Deps = {
  readonly metrics: Registry;
  /** Position of the log's last event. */
  readonly head: () => number;
  readonly hub: Pick<HubHead, 'position'>;
  readonly zones: () => Promise<readonly ZoneSync[]>;
};

const STATES: readonly SyncState[] = ['online', 'stalled', 'diverged', 'offline'];

/** What `/metrics` of global tells of the log, the relay and the zones; asked anew at every scrape. */
export function insightMetrics({ metrics, head, hub, zones }: Deps): void {
  const registers = [metrics];
  let asked: ReturnType<typeof zones> | undefined;
  // All gauges of a scrape are asked at the same time: what they tell of the zones is made once for them.
  const known = () => {
    asked ??= zones().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  new Gauge({
    name: 'meridian_log_position',
    help: 'Position of the policy log',
    registers,
    collect() {
      this.set(head());
    },
  });
  new Gauge({
    name: 'meridian_relay_lag_events',
    help: 'Events of the log that the hub does not have; NaN when the hub does not answer',
    registers,
    collect() {
      const published = hub.position();
      this.set(published === undefined ? Number.NaN : Math.max(0, head() - published));
    },
  });
  const ofZones = (name: string, help: string, value: (zone: ZoneSync) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['zone'],
      registers,
      async collect() {
        this.reset();
        for (const zone of await known()) this.set({ zone: zone.name }, value(zone));
      },
    });
  ofZones('meridian_sync_in_sync', '1: position and digest prove that the zone holds what the log says', (zone) =>
    Number(zone.inSync),
  );
  ofZones('meridian_sync_lag_events', 'Positions that the zone is behind', ({ lag }) => lag);
  ofZones('meridian_sync_lag_seconds', 'For how long the zone has been behind', ({ lagSeconds }) => lagSeconds);
  ofZones('meridian_sync_quarantined_events', 'Events that the zone could not apply', (zone) => zone.quarantined);
  ofZones(
    'meridian_sync_set_aside_by_global',
    'What the zone wrote and global could not take',
    ({ setAsideByGlobal }) => setAsideByGlobal?.total ?? 0,
  );
  ofZones(
    'meridian_sync_control_planes',
    'Control planes of the zone that are connected',
    ({ instances }) => instances.filter(({ connected }) => connected).length,
  );
  ofZones('meridian_sync_sidecars', 'Sidecars that are connected in the zone', ({ sidecars }) => sidecars.connected);
  new Gauge({
    name: 'meridian_sync_state',
    help: '1 for the state that the zone is in',
    labelNames: ['zone', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const { name: zone, state } of await known())
        for (const one of STATES) this.set({ zone, state: one }, Number(one === state));
    },
  });
}

/** Counts appends to the log that failed, by the name of the error. @returns the same append */
export function countedAppend<Change, Events>(
  append: (change: Change) => Promise<Events>,
  metrics: Registry,
): (change: Change) => Promise<Events> {
  const failures = new Counter({
    name: 'meridian_log_append_errors_total',
    help: 'Appends to the policy log that failed; VersionConflict and IdempotencyKeyReused are the writer’s doing',
    labelNames: ['reason'],
    registers: [metrics],
  });
  return (change) =>
    append(change).catch((error: Error) => {
      failures.inc({ reason: error.name });
      throw error;
    });
}
