import { describe, expect, it } from 'vitest';
import type { ZoneStatus } from '../../shared/event/status.ts';
import { type SyncInput, syncStatus } from './syncStatus.ts';

const NOW = 1_000_000;
const status = (over: Partial<ZoneStatus> = {}): ZoneStatus => ({
  instance: 'i',
  version: 'v',
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
const judge = (of: Partial<ZoneStatus> | undefined, over: Partial<SyncInput> = {}, age = 100) =>
  syncStatus({
    name: 'z',
    enabled: true,
    reports: of ? [{ status: status(of), receivedAt: NOW - age }] : [],
    dataplanes: 3,
    logId: 'log',
    head: 10,
    digestAt: (position) => `d${position}`,
    behindSince: () => NOW - 1_000,
    now: NOW,
    stalledAfter: 6_000,
    offlineAfter: 8_000,
    ...over,
  });

describe('a zone', () => {
  it('is in sync only when position and digest say so', () => {
    expect(judge({})).toMatchObject({
      state: 'in sync',
      lag: 0,
      digestEqual: true,
      sidecars: { connected: 3, total: 3 },
    });
    expect(judge({ digest: 'x' })).toMatchObject({ state: 'diverged', digestEqual: false });
    expect(judge({}, { digestAt: () => undefined })).toMatchObject({ state: 'behind' });
  });

  it('that reports but does not get on is stalled, not online', () => {
    expect(judge({ position: 7, digest: 'd7' })).toMatchObject({ state: 'behind', lag: 3 });
    const stalled = judge(
      { position: 7, digest: 'd7', lastError: { message: 'disk full', at: '' } },
      { behindSince: () => NOW - 9_000 },
    );
    expect(stalled).toMatchObject({ state: 'stalled', lag: 3, lagSeconds: 9 });
    expect(stalled.reason).toContain('disk full');
  });

  it('that is silent is offline', () => {
    expect(judge(undefined)).toMatchObject({ state: 'offline', reason: 'it has never reported' });
    expect(judge({}, {}, 9_000)).toMatchObject({ state: 'offline', sidecars: { connected: 0 } });
  });

  it('that follows another log, or set something aside, is diverged', () => {
    expect(judge({ logId: 'other' }).state).toBe('diverged');
    const aside = { stream: 'EVENTS', sequence: 9, subject: 's', reason: 'schema 2' };
    expect(judge({ quarantined: [aside] })).toMatchObject({ state: 'diverged', quarantined: 1 });
  });

  it('is as far as its slowest instance', () => {
    const reports = [status({}), status({ position: 4, digest: 'd4' })].map((one) => ({
      status: one,
      receivedAt: NOW,
    }));
    expect(judge({}, { reports })).toMatchObject({ state: 'behind', position: 4, instances: 2 });
  });
});
