import { expect, it } from 'vitest';
import { isOnline, type Insight } from '../../shared/resource/insight.ts';
import { zoneInsights } from './zoneInsights.ts';
import type { Report } from './zoneFollower.ts';
import { type SeenInstance, zoneSync } from './zoneSync.ts';

const instance = (name: string, over: Partial<SeenInstance> = {}): SeenInstance => ({
  instance: name,
  version: '1',
  state: 'online',
  inSync: true,
  connected: true,
  since: '2026-01-01T00:00:00.000Z',
  reportedAt: '2026-01-01T00:01:00.000Z',
  position: 10,
  lag: 0,
  lagSeconds: 0,
  digest: 'd',
  digestEqual: true,
  sidecars: 2,
  quarantined: [],
  quarantinedTotal: 0,
  waitingForKeys: 0,
  ...over,
});
const stalled = instance('b', { state: 'stalled', inSync: false, reason: 'it hangs', position: 4, lag: 6 });
const dead = instance('z', { state: 'offline', inSync: false, connected: false, reason: 'silent', position: 2 });
const of = (...instances: SeenInstance[]) => zoneSync({ name: 'east', dataplanes: 5 }, instances);

it('is as well as the worst of its control planes, and those that are gone do not count while another is there', () => {
  expect(of(instance('a'), dead)).toMatchObject({
    state: 'online',
    inSync: true,
    sidecars: { connected: 2, total: 5 },
  });
  expect(of(instance('a'), dead).instances).toHaveLength(1);
  expect(of(instance('a'), stalled)).toMatchObject({
    state: 'stalled',
    inSync: false,
    position: 4,
    reason: 'b: it hangs',
    connected: true,
    sidecars: { connected: 4 },
  });
  expect(of(dead)).toMatchObject({ state: 'offline', connected: false, reason: 'silent', sidecars: { connected: 0 } });
  expect(of()).toMatchObject({ state: 'offline', inSync: false, reason: 'it has never reported' });
  const aside = { stream: 'EVENTS', sequence: 9, subject: 's', reason: 'new' };
  expect(
    of(instance('a'), instance('b', { inSync: false, reason: 'one aside', quarantined: [aside], quarantinedTotal: 1 })),
  ).toMatchObject({
    state: 'online',
    inSync: false,
    reason: 'a: one aside',
    quarantined: 1,
  });
});

it('says what of the zone global could not take, which proves nothing of what the zone holds', () => {
  const latest = [{ stream: 'ZONES', sequence: 3, subject: 's', reason: 'upgrade it' }];
  const seen = zoneSync({ name: 'east', dataplanes: 5, aside: { size: 7, list: latest } }, [instance('a')]);
  expect(seen).toMatchObject({ inSync: true, quarantined: 0, setAsideByGlobal: { total: 7, latest } });
  expect(of(instance('a'))).not.toHaveProperty('setAsideByGlobal');
});

it('kumactl shows Online only for a zone that is', () => {
  const report = (name: string): Report => ({
    status: {
      instance: name,
      version: '1',
      at: '2026-01-01T00:01:00Z',
      startedAt: '2026-01-01T00:00:00Z',
      logId: 'log',
      position: 10,
      digest: 'd',
      quarantined: [{ stream: 'EVENTS', sequence: 9, subject: 's', reason: 'new' }],
      waitingForKeys: 0,
      proxies: { connected: 2 },
      rollouts: [],
      config: { store: { type: 'jetstream' } },
    },
    receivedAt: 60_000,
    reportedAt: '2026-01-01T00:01:00.000Z',
    progressedAt: 0,
  });
  const insightOf = (...instances: SeenInstance[]) => {
    const [stored] = zoneInsights({
      reports: new Map([['east', new Map(instances.map((one) => [one.instance, report(one.instance)]))]]),
      globalInstance: 'g',
      syncOf: () => of(...instances),
      now: '',
    });
    return stored?.resource.spec as Insight;
  };
  expect(isOnline(insightOf(instance('a'), dead))).toBe(true);
  expect(isOnline(insightOf(instance('a'), stalled))).toBe(false);
  expect(isOnline(insightOf(instance('a', { state: 'diverged' })))).toBe(false);
  expect(isOnline(insightOf(dead))).toBe(false);
  const { subscriptions, sync } = insightOf(instance('a'), dead);
  expect(subscriptions).toMatchObject([
    {
      id: 'a',
      status: { total: { responsesAcknowledged: '10', responsesRejected: '1' } },
      version: { kumaCp: { version: '2.14.3', meridian: '1', kumaCpGlobalCompatible: true } },
    },
    { id: 'z', disconnectTime: '2026-01-01T00:01:00.000Z' },
  ]);
  expect(sync).toMatchObject({ state: 'online', position: 10 });
});
