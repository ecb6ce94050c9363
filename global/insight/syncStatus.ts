import type { ZoneStatus } from '../../shared/event/status.ts';

export type SyncState = 'in sync' | 'behind' | 'stalled' | 'diverged' | 'offline' | 'disabled';

/** How far a zone is, and why not further: proven by position and digest, never by being connected (D7). */
export interface ZoneSync {
  readonly name: string;
  readonly state: SyncState;
  readonly position: number;
  /** Positions behind what zones may see. */
  readonly lag: number;
  /** Seconds that it has been behind; 0 when it is not. */
  readonly lagSeconds: number;
  readonly digest: string;
  /** Absent while global cannot tell: the zone is ahead of it, or too far back. */
  readonly digestEqual?: boolean;
  /** Why it is not in sync; absent when it is. */
  readonly reason?: string;
  /** RFC 3339 of the last report. */
  readonly reportedAt?: string;
  readonly instances: number;
  readonly sidecars: { readonly connected: number; readonly total: number };
  readonly quarantined: number;
}

export interface SyncInput {
  readonly name: string;
  readonly enabled: boolean;
  /** Reports of the zone's instances. */
  readonly reports: readonly { readonly status: ZoneStatus; readonly receivedAt: number }[];
  readonly dataplanes: number;
  readonly logId: string;
  readonly head: number;
  readonly digestAt: (position: number) => string | undefined;
  /** Milliseconds since 1970 when the event after a position was committed. */
  readonly behindSince: (position: number) => number | undefined;
  readonly now: number;
  readonly stalledAfter: number;
  readonly offlineAfter: number;
}

/** Judges a zone by the last reports of its instances; the one that is furthest behind counts, since proxies hang on it too. */
export function syncStatus(input: SyncInput): ZoneSync {
  const { name, head, now, offlineAfter } = input;
  const alive = input.reports.filter(({ receivedAt }) => now - receivedAt <= offlineAfter);
  const counted = alive.length > 0 ? alive : input.reports;
  const worst = [...counted].sort((a, b) => a.status.position - b.status.position)[0];
  const status = worst?.status;
  const position = status?.position ?? 0;
  const lag = Math.max(0, head - position);
  const since = lag > 0 ? input.behindSince(position) : undefined;
  const lagSeconds = since === undefined ? 0 : Math.max(0, (now - since) / 1000);
  const expected = input.digestAt(position);
  const digestEqual = status && expected !== undefined ? expected === status.digest : undefined;
  const [state, reason] = judge(input, {
    alive: alive.length,
    status,
    receivedAt: worst?.receivedAt,
    lag,
    lagSeconds,
    digestEqual,
  });
  return {
    name,
    state,
    position,
    lag,
    lagSeconds: Math.round(lagSeconds * 10) / 10,
    digest: status?.digest ?? '',
    ...(digestEqual === undefined ? {} : { digestEqual }),
    ...(reason ? { reason } : {}),
    ...(worst ? { reportedAt: new Date(worst.receivedAt).toISOString() } : {}),
    instances: alive.length,
    sidecars: { connected: alive.reduce((sum, one) => sum + one.status.proxies.connected, 0), total: input.dataplanes },
    quarantined: status?.quarantined.length ?? 0,
  };
}

interface Findings {
  readonly alive: number;
  readonly status: ZoneStatus | undefined;
  readonly receivedAt: number | undefined;
  readonly lag: number;
  readonly lagSeconds: number;
  readonly digestEqual: boolean | undefined;
}

function judge(
  { enabled, logId, now, stalledAfter }: SyncInput,
  { alive, status, receivedAt, lag, lagSeconds, digestEqual }: Findings,
): [SyncState, string?] {
  if (!status || receivedAt === undefined) return ['offline', 'it has never reported'];
  if (alive === 0) return ['offline', `no report for ${Math.round((now - receivedAt) / 1000)} s`];
  if (!enabled) return ['disabled', 'the zone is switched off (enabled: false)'];
  const error = status.lastError ? `; last error: ${status.lastError.message}` : '';
  if (status.logId && status.logId !== logId) return ['diverged', `it follows another log (${status.logId})`];
  if (digestEqual === false)
    return ['diverged', `its digest at position ${status.position} differs from global's${error}`];
  if (status.quarantined.length > 0)
    return ['diverged', `${status.quarantined.length} events are set aside: ${status.quarantined.at(-1)?.reason}`];
  if (status.waitingForKeys > 0) return ['behind', `${status.waitingForKeys} secrets wait for their key`];
  if (lag === 0) return digestEqual ? ['in sync'] : ['behind', 'global cannot compare its digest yet'];
  if (lagSeconds * 1000 > stalledAfter)
    return ['stalled', `${lag} events behind for ${Math.round(lagSeconds)} s although it reports${error}`];
  return ['behind', `${lag} events behind`];
}
