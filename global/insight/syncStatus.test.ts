import { describe, expect, it } from 'vitest';
import type { CopyName } from '../../shared/event/copies.ts';
import type { ZoneStatus } from '../../shared/event/status.ts';
import type { Presence } from './giveNotice.ts';
import { instanceSync, type SyncFacts } from './syncStatus.ts';
import type { Report } from './zoneFollower.ts';

/** Of the clock that only runs. */
const NOW = 1_000_000;

const status = (over: Partial<ZoneStatus> = {}): ZoneStatus => ({
  instance: 'i',
  version: '1',
  at: '',
  startedAt: '',
  logId: 'log',
  position: 10,
  digest: 'd10',
  quarantined: [],
  waitingForKeys: 0,
  proxies: { connected: 3 },
  rollouts: [],
  config: {},
  ...over,
});
const facts: SyncFacts = {
  logId: 'log',
  head: 10,
  digestAt: (position) => `d${position}`,
  behindSince: () => NOW - 1_000,
  now: NOW,
  stalledAfter: 6_000,
  offlineAfter: 8_000,
};
type Case = {
  readonly of?: Partial<ZoneStatus>;
  readonly report?: Partial<Report>;
  readonly present?: Presence;
  readonly copies?: readonly CopyName[];
  readonly facts?: Partial<SyncFacts>;
};
const judge = (one: Case) =>
  instanceSync(
    { status: status(one.of), receivedAt: NOW - 100, reportedAt: '', progressedAt: NOW - 60_000, ...one.report },
    one.present,
    { ...facts, ...one.facts },
    one.copies,
  );

describe('a zone control plane', () => {
  it('is in sync only when position and digest prove it', () => {
    expect(judge({})).toMatchObject({ state: 'online', inSync: true, lag: 0, digestEqual: true, sidecars: 3 });
    expect(judge({ of: { digest: 'x' } })).toMatchObject({ state: 'diverged', inSync: false, digestEqual: false });
    const unknown = judge({ facts: { digestAt: () => undefined } });
    expect(unknown).toMatchObject({ state: 'online', inSync: false });
    expect(unknown).not.toHaveProperty('digestEqual');
  });

  it('that holds more than the log tells of an older backup', () => {
    const ahead = judge({ of: { position: 12 }, facts: { digestAt: () => undefined } });
    expect(ahead).toMatchObject({ state: 'online', inSync: false, lag: 0 });
    expect(ahead.reason).toMatch(/^it holds 2 events beyond this log's head: .*older backup/);
  });

  it('on its way to the head may hold what never was: the stream keeps the last message of a resource only', () => {
    const behind = judge({ of: { position: 7, digest: 'x' }, report: { progressedAt: NOW - 500 } });
    expect(behind).toMatchObject({ state: 'online', inSync: false, lag: 3, lagSeconds: 1, reason: '3 events behind' });
    expect(behind).not.toHaveProperty('digestEqual');
    expect(judge({ of: { position: 7, digest: 'd7' } })).toMatchObject({ digestEqual: true });
  });

  it('that reports but applies nothing is stalled, one that catches up is not', () => {
    const late: Case = { of: { position: 7, digest: 'd7' }, facts: { behindSince: () => NOW - 9_000 } };
    expect(judge(late)).toMatchObject({
      state: 'stalled',
      connected: true,
      lag: 3,
      lagSeconds: 9,
      heldSince: NOW - 9_000,
    });
    expect(judge({ ...late, report: { progressedAt: NOW - 200 } })).toMatchObject({ state: 'online', lagSeconds: 9 });
    // it stood at the head for long; only since the event it has been behind
    expect(judge({ ...late, facts: {} })).toMatchObject({ state: 'online', lagSeconds: 1 });
  });

  it('that was stopped just now is not stuck, though it lags', () => {
    const stopped = { receivedAt: NOW - 7_000, progressedAt: NOW - 7_500 };
    const over: Case = { of: { position: 7, digest: 'd7' }, facts: { behindSince: () => NOW - 7_200 } };
    expect(judge({ ...over, report: stopped })).toMatchObject({ state: 'online', lag: 3 });
  });

  it('that is silent is stalled while its connection is there, and offline without', () => {
    const silent: Case = { report: { receivedAt: NOW - 7_000 } };
    expect(judge(silent)).toMatchObject({ state: 'online' });
    expect(judge({ ...silent, present: {} })).toMatchObject({ state: 'stalled', connected: true });
    expect(judge({ report: { receivedAt: NOW - 9_000 } })).toMatchObject({ state: 'offline', connected: false });
  });

  it('that is silent, but says why when it is asked, is stalled for that reason', () => {
    const troubles = [
      { what: 'its nats-server', since: '2026-01-01T00:00:00.000Z', reason: 'no space left on device' },
    ];
    expect(judge({ report: { receivedAt: NOW - 7_000 }, present: { troubles } })).toMatchObject({
      state: 'stalled',
      reason:
        'it is connected, but says nothing for 7 s: its nats-server since 2026-01-01T00:00:00.000Z: no space left on device',
    });
  });

  it('that goes on trying something in vain is online, but not in sync', () => {
    const troubles = [{ what: 'virtual IPs could not be claimed', since: '2026-01-01T00:00:00.000Z', reason: 'stale' }];
    expect(judge({ of: { troubles } })).toMatchObject({
      state: 'online',
      inSync: false,
      reason: 'virtual IPs could not be claimed since 2026-01-01T00:00:00.000Z: stale',
    });
    expect(judge({ of: { troubles: [] } })).toMatchObject({ inSync: true });
  });

  it('whose copies of the hub’s other streams lack something is diverged, whatever its digest', () => {
    expect(judge({ copies: ['KEYS', 'PEERS'] })).toMatchObject({
      state: 'diverged',
      inSync: false,
      digestEqual: true,
      reason: expect.stringMatching(/^its copy of data keys \(KEYS\) and the other zones' ingresses \(PEERS\) lacks/),
    });
  });

  it('that follows another log is diverged', () => {
    expect(judge({ of: { logId: 'other' } })).toMatchObject({
      state: 'diverged',
      reason: 'it follows another log (other)',
    });
  });

  it('that set an event aside is online, since the rest goes on, but not in sync', () => {
    const aside = { stream: 'EVENTS', sequence: 9, subject: 'cp.ev.a.b.c', reason: 'schema 2' };
    expect(judge({ of: { quarantined: [aside] } })).toMatchObject({
      state: 'online',
      inSync: false,
      reason: '1 event set aside, EVENTS 9 (cp.ev.a.b.c): schema 2',
    });
    expect(judge({ of: { waitingForKeys: 2 } })).toMatchObject({ state: 'online', inSync: false });
  });
});
