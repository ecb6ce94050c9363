import type { CopyName } from '../../shared/event/copies.ts';
import { type Refill, troublesText, type ZoneStatus } from '../../shared/event/status.ts';
import type { Presence } from './giveNotice.ts';
import type { Report } from './zoneFollower.ts';

/**
 * `online`: it reports and gets on. `stalled`: it is connected, but says nothing or applies nothing. `diverged`: what it holds is
 * not what global's log says. `offline`: nothing is heard of it. Being connected alone proves nothing.
 */
export type SyncState = 'online' | 'stalled' | 'diverged' | 'offline';

/** How far something is that follows the log, and why not further. */
export interface Sync {
  readonly state: SyncState;
  /** It is online, at the head, its digest is equal, nothing is set aside or waits, and nothing is tried in vain. */
  readonly inSync: boolean;
  /** Why it is not in sync; absent when it is. */
  readonly reason?: string;
  readonly position: number;
  /** Positions behind what zones may see. */
  readonly lag: number;
  /** Seconds that it has been behind; 0 when it is not. */
  readonly lagSeconds: number;
  readonly digest: string;
  /** Absent while global cannot tell: the zone is on its way, or ahead of us. */
  readonly digestEqual?: boolean;
  readonly lastError?: NonNullable<ZoneStatus['lastError']>;
  /** The last time that it found itself unequal and filled itself anew. */
  readonly refill?: Refill;
}

/** A control plane of a zone. */
export interface InstanceSync extends Sync {
  readonly instance: string;
  readonly version: string;
  readonly connected: boolean;
  /** RFC 3339 of the last report. */
  readonly reportedAt: string;
  /** From when this state is known to hold, by the clock that only runs; absent: from when it was first seen. */
  readonly heldSince?: number;
  readonly sidecars: number;
  /** The latest events set aside, and how many there are. */
  readonly quarantined: ZoneStatus['quarantined'];
  readonly quarantinedTotal: number;
  readonly waitingForKeys: number;
}

/** What a report is held against; times are milliseconds of the clock that only runs. */
export interface SyncFacts {
  readonly logId: string;
  readonly head: number;
  readonly digestAt: (position: number) => string | undefined;
  /** When the event after a position was seen to be committed. */
  readonly behindSince: (position: number) => number | undefined;
  readonly now: number;
  readonly stalledAfter: number;
  readonly offlineAfter: number;
}

/**
 * @param presence it is silent, but its connection is there, and says this. @param wrongCopies those of the hub's other streams in
 * which it lacks something
 */
export function instanceSync(
  report: Report,
  presence: Presence | undefined,
  facts: SyncFacts,
  wrongCopies: readonly CopyName[] = [],
): InstanceSync {
  const { status, receivedAt, reportedAt } = report;
  const { position, digest, quarantined, waitingForKeys } = status;
  const lag = Math.max(0, facts.head - position);
  const behindSince = lag > 0 ? facts.behindSince(position) : undefined;
  const digestEqual = comparison(status, facts);
  const { state, reason, heldSince } = judge(report, {
    presence,
    lag,
    behindSince,
    digestEqual,
    wrongCopies,
    facts,
  });
  return {
    instance: status.instance,
    version: status.version,
    state,
    inSync: state === 'online' && reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    connected: presence !== undefined || facts.now - receivedAt <= facts.offlineAfter,
    position,
    lag,
    lagSeconds: behindSince === undefined ? 0 : Math.max(0, Math.round((facts.now - behindSince) / 100) / 10),
    digest,
    ...(digestEqual === undefined ? {} : { digestEqual }),
    ...(status.lastError ? { lastError: status.lastError } : {}),
    ...(status.refill ? { refill: status.refill } : {}),
    ...(heldSince === undefined ? {} : { heldSince }),
    reportedAt,
    sidecars: status.proxies.connected,
    quarantined,
    quarantinedTotal: asideIn(status),
    waitingForKeys,
  };
}

/**
 * Is what it holds what global holds at its position? Unequal is only a proof at the head: the stream keeps the last message of
 * a resource, so on its way there a zone never sees what was changed again since.
 */
function comparison(
  { position, digest }: ZoneStatus,
  { head, digestAt }: Pick<SyncFacts, 'head' | 'digestAt'>,
): boolean | undefined {
  const expected = digestAt(position);
  if (expected === undefined) return undefined;
  return expected === digest || (position === head ? false : undefined);
}

interface Findings {
  readonly presence: Presence | undefined;
  readonly lag: number;
  readonly behindSince: number | undefined;
  readonly digestEqual: boolean | undefined;
  readonly wrongCopies: readonly CopyName[];
  readonly facts: SyncFacts;
}

interface Verdict {
  readonly state: SyncState;
  readonly reason?: string;
  readonly heldSince?: number;
}

function judge(
  { status, receivedAt, progressedAt }: Report,
  { presence, lag, behindSince, digestEqual, wrongCopies, facts }: Findings,
): Verdict {
  const { now, stalledAfter, offlineAfter, logId } = facts;
  const silence = now - receivedAt;
  if (presence && silence > stalledAfter) {
    const why = troublesText(presence.troubles ?? []) || 'it hangs or was stopped';
    const reason = `it is connected, but says nothing for ${seconds(silence)}: ${why}`;
    return { state: 'stalled', reason, heldSince: receivedAt };
  }
  if (silence > offlineAfter)
    return { state: 'offline', reason: `nothing is heard of it for ${seconds(silence)}`, heldSince: receivedAt };
  if (status.logId && status.logId !== logId)
    return { state: 'diverged', reason: `it follows another log (${status.logId})` };
  if (digestEqual === false)
    return {
      state: 'diverged',
      reason: `its digest at position ${status.position} differs from global's${refills(status)}`,
    };
  if (wrongCopies.length > 0) return { state: 'diverged', reason: lacking(wrongCopies) };
  const stuckSince = Math.max(progressedAt, behindSince ?? now);
  // Of what came after its last report it cannot tell: one that was stopped just now is not stuck, it is silent.
  if (lag > 0 && receivedAt - stuckSince > stalledAfter) {
    const reason = `${events(lag)} behind, and it applied nothing for ${seconds(now - stuckSince)} although it reports`;
    return { state: 'stalled', reason, heldSince: stuckSince };
  }
  const reason = aheadOf(status, facts) ?? shortOfSync(status, lag, digestEqual);
  return { state: 'online', ...(reason ? { reason } : {}) };
}

export function asideIn({ quarantined, quarantinedTotal = quarantined.length }: ZoneStatus): number {
  return quarantinedTotal;
}

/** For a moment an instance of global may know less than another has told the zone. */
function aheadOf({ position }: ZoneStatus, { head }: SyncFacts): string | undefined {
  return position > head
    ? `it holds ${events(position - head)} beyond this log's head: if that stays so, the log was restored from an older backup (docs/backup.md)`
    : undefined;
}

function shortOfSync(status: ZoneStatus, lag: number, equal: boolean | undefined): string {
  const { quarantined, waitingForKeys, troubles } = status;
  const trouble = troublesText(troubles ?? []);
  if (trouble) return trouble;
  const aside = quarantined.at(-1);
  if (aside)
    return `${events(asideIn(status))} set aside, ${aside.stream} ${aside.sequence} (${aside.subject}): ${aside.reason}`;
  if (waitingForKeys > 0) return `${waitingForKeys} secrets wait for their key`;
  if (lag > 0) return `${events(lag)} behind`;
  return equal ? '' : 'global cannot compare its digest yet';
}

const HOLDS: Readonly<Record<CopyName, string>> = { KEYS: 'data keys', PEERS: "the other zones' ingresses" };

function lacking(copies: readonly CopyName[]): string {
  const named = copies.map((name) => `${HOLDS[name]} (${name})`).join(' and ');
  return `its copy of ${named} lacks something that the hub has; it is made anew`;
}

function refills({ refill }: ZoneStatus): string {
  if (!refill) return '';
  return refill.finishedAt
    ? `; it refilled itself at ${refill.finishedAt}, and that did not help`
    : `; it refills itself since ${refill.startedAt}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function events(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}
