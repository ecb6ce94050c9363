import type { Quarantine, Quarantined } from '../../shared/event/quarantine.ts';
import type { InstanceSync, Sync, SyncState } from './syncStatus.ts';

/** A zone, as far as the one of its control planes is that gives most cause for concern: proxies hang on that one too. */
export interface ZoneSync extends Sync {
  readonly name: string;
  readonly connected: boolean;
  /** RFC 3339 from which the state holds; absent when it has never reported. */
  readonly since?: string;
  /** RFC 3339 of the last report. */
  readonly reportedAt?: string;
  readonly sidecars: { readonly connected: number; readonly total: number };
  /** Events that some control plane of the zone has set aside. */
  readonly quarantined: number;
  /** What global has set aside of that which the zone writes, the latest of it; absent: nothing. It says nothing of what the zone holds. */
  readonly setAsideByGlobal?: { readonly total: number; readonly latest: readonly Quarantined[] };
  /** Those that are there; the last one known when none is. */
  readonly instances: readonly SeenInstance[];
}

export interface SeenInstance extends InstanceSync {
  /** RFC 3339 */
  readonly since: string;
}

const CONCERN: readonly SyncState[] = ['online', 'stalled', 'diverged'];

/** A zone as global knows it, besides what its control planes report. */
interface KnownZone {
  readonly name: string;
  /** How many it has. */
  readonly dataplanes: number;
  /** Of its messages; absent: nothing. */
  readonly aside?: Pick<Quarantine, 'list' | 'size'>;
}

/** @param instances all control planes of the zone that ever reported. */
export function zoneSync({ name, dataplanes, aside }: KnownZone, instances: readonly SeenInstance[]): ZoneSync {
  const there = instances.filter(({ state }) => state !== 'offline');
  const last = [...instances].sort((a, b) => b.reportedAt.localeCompare(a.reportedAt)).slice(0, 1);
  const counted = there.length > 0 ? there : last;
  const [worst] = [...counted].sort(
    (a, b) => CONCERN.indexOf(b.state) - CONCERN.indexOf(a.state) || a.position - b.position,
  );
  const common = {
    name,
    connected: there.some(({ connected }) => connected),
    sidecars: { connected: there.reduce((sum, { sidecars }) => sum + sidecars, 0), total: dataplanes },
    quarantined: Math.max(0, ...counted.map(({ quarantinedTotal }) => quarantinedTotal)),
    ...(aside && aside.size > 0 ? { setAsideByGlobal: { total: aside.size, latest: aside.list } } : {}),
    instances: counted,
  };
  if (!worst) {
    const never = { state: 'offline', inSync: false, reason: 'it has never reported' } as const;
    return { ...common, ...never, position: 0, lag: 0, lagSeconds: 0, digest: '' };
  }
  const {
    state,
    inSync,
    since,
    reason,
    position,
    lag,
    lagSeconds,
    digest,
    digestEqual,
    lastError,
    refill,
    reportedAt,
  } = worst;
  const allInSync = counted.every((one) => one.inSync);
  const why = reason ?? counted.find((one) => !one.inSync)?.reason;
  return {
    ...common,
    state,
    inSync: inSync && allInSync,
    ...(why === undefined ? {} : { reason: counted.length > 1 ? `${worst.instance}: ${why}` : why }),
    since,
    position,
    lag,
    lagSeconds,
    digest,
    ...(digestEqual === undefined ? {} : { digestEqual }),
    ...(lastError ? { lastError } : {}),
    ...(refill ? { refill } : {}),
    reportedAt,
  };
}
