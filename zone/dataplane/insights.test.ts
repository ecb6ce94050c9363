import { describe, expect, it } from 'vitest';
import type { Resource } from '../../shared/resource/resource.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { NO_METADATA, resourceOf } from '../../test/support/snapshotCase.ts';
import { StaleWrite } from '../replica/ports.ts';
import type { Counters } from './insightResource.ts';
import { Insights } from './insights.ts';
import type { NodeMetadata } from './nodeMetadata.ts';
import { resourceType } from './proxyResource.ts';

const ZONE = 'zone-1';
const proxy: Proxy = { id: 'demo.p', kind: 'sidecar', mesh: 'demo', name: 'p', metadata: NO_METADATA };
const node: NodeMetadata = {
  kind: 'sidecar',
  proxy: NO_METADATA,
  resource: '',
  ca: '',
  versions: { kumaDp: { version: '1' }, envoy: { version: '1.40.0' }, dependencies: { coredns: '1.12.0' } },
};
const none = { sent: 0, acknowledged: 0, rejected: 0 };
const counters: Counters = {
  cluster: { sent: 2, acknowledged: 2, rejected: 0 },
  endpoint: none,
  secret: { sent: 1, acknowledged: 1, rejected: 0 },
  listener: { sent: 2, acknowledged: 1, rejected: 1 },
  route: none,
};

function world(instance = 'cp-1', zone = new MemoryZone(ZONE), isShared = false) {
  const puts: Resource[] = [];
  const failures: string[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  const clock = { now: Date.parse('2026-01-01T00:00:00Z'), ids: 0 };
  const insights = new Insights({
    view: zone.view,
    zone: ZONE,
    log: {
      put: (resource, expected) => {
        puts.push(resource);
        return zone.put(resource, expected);
      },
      delete: (key) => zone.delete(key),
    },
    instance,
    isShared: () => isShared,
    counters: () => counters,
    issued: () => undefined,
    newId: () => `${instance}-${++clock.ids}`,
    now: () => new Date(clock.now),
    later: (ms, callback) => {
      const timer = { at: clock.now + ms, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    failed: (_, { message }) => failures.push(message),
  });
  const pass = (ms: number) => {
    clock.now += ms;
    for (const timer of timers.filter(({ at }) => at <= clock.now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  };
  return { zone, insights, puts, failures, pass };
}

const registered = async (zone: MemoryZone, { kind, mesh, name }: Proxy = proxy) =>
  zone.put(resourceOf({ type: resourceType(kind), mesh, name, networking: { address: '10.0.0.1' } }));
const subscriptions = (resource: Resource | undefined) =>
  (resource?.spec as { subscriptions: Record<string, unknown>[] } | undefined)?.subscriptions;

describe('the insight of a proxy', () => {
  it('tells of its connection, counters as texts', async () => {
    const { zone, insights, puts, pass } = world();
    await registered(zone);
    insights.connected(proxy, node);
    pass(200);
    expect(puts.map(({ type, mesh, name }) => [type, mesh, name])).toEqual([['DataplaneInsight', 'demo', 'p']]);
    expect(subscriptions(puts[0])).toEqual([
      {
        id: 'cp-1-1',
        controlPlaneInstanceId: 'cp-1',
        connectTime: '2026-01-01T00:00:00.000Z',
        status: {
          lastUpdateTime: '2026-01-01T00:00:00.200Z',
          total: { responsesSent: '5', responsesAcknowledged: '4', responsesRejected: '1' },
          cds: { responsesSent: '2', responsesAcknowledged: '2' },
          eds: {},
          lds: { responsesSent: '2', responsesAcknowledged: '1', responsesRejected: '1' },
          rds: {},
        },
        version: {
          kumaDp: { version: '1', kumaCpCompatible: true },
          envoy: { version: '1.40.0', kumaDpCompatible: true },
          dependencies: { coredns: '1.12.0' },
        },
      },
    ]);
  });

  it('keeps what it tells of a certificate as long as the mesh has mTLS', async () => {
    const { zone, insights, puts, pass } = world();
    await registered(zone);
    const mesh = (mtls: object) => zone.global(resourceOf({ type: 'Mesh', name: 'demo', mtls }));
    mesh({ enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] });
    const mTLS = { issuedBackend: 'ca' };
    await zone.put(resourceOf({ type: 'DataplaneInsight', mesh: 'demo', name: 'p', subscriptions: [], mTLS }));
    insights.connected(proxy, node);
    pass(200);
    expect(puts.at(-1)?.spec).toMatchObject({ mTLS });
    mesh({});
    insights.changed('demo.p', true);
    pass(200);
    expect(puts).toHaveLength(2);
    expect(puts.at(-1)?.spec).not.toHaveProperty('mTLS');
  });

  it('is written once for many changes, soon when somebody waits for it', async () => {
    const { zone, insights, puts, pass } = world();
    await registered(zone);
    insights.connected(proxy, node);
    pass(200);
    for (let i = 0; i < 10; i++) insights.changed('demo.p', false);
    pass(9_999);
    expect(puts).toHaveLength(1);
    insights.changed('demo.p', true);
    pass(1);
    expect(puts).toHaveLength(2);
    pass(10_000);
    expect(puts).toHaveLength(2);
  });

  it('of a crowd is written over some seconds, and of none later because more changes come', async () => {
    const { zone, insights, puts, pass } = world();
    const crowd = Array.from({ length: 100 }, (_, i) => ({ ...proxy, id: `demo.p${i}`, name: `p${i}` }));
    for (const one of crowd) await registered(zone, one);
    for (const one of crowd) insights.connected(one, node);
    pass(200);
    expect(puts).toHaveLength(10);
    for (let waited = 0; waited < 9 * 40; waited += 10) {
      for (const { id } of crowd) insights.changed(id, true);
      pass(10);
    }
    expect(new Set(puts.map(({ name }) => name)).size).toBe(100);
  });

  it('keeps the newest two connections, and closes what an older one left open', async () => {
    const first = world('cp-1');
    await registered(first.zone);
    first.insights.connected(proxy, node);
    first.pass(200);
    const second = world('cp-2', first.zone);
    second.insights.connected(proxy, node);
    second.pass(200);
    second.insights.disconnected(proxy, counters);
    second.pass(200);
    second.insights.connected(proxy, node);
    second.pass(200);
    expect(
      subscriptions(second.puts.at(-1))?.map(({ id, disconnectTime }) => [id, disconnectTime !== undefined]),
    ).toEqual([
      ['cp-2-1', true],
      ['cp-2-2', false],
    ]);
  });

  it('of a proxy that went to another control plane shows both, whoever writes last', async () => {
    const here = world('cp-1', new MemoryZone(ZONE), true);
    await registered(here.zone);
    here.insights.connected(proxy, node);
    here.pass(200);
    const there = world('cp-2', here.zone, true);
    there.pass(1_000);
    there.insights.connected(proxy, node);
    here.insights.disconnected(proxy, counters);
    there.pass(200);
    here.pass(200);
    const insight = here.zone.view.get({ type: 'DataplaneInsight', mesh: 'demo', name: 'p' }, ZONE);
    expect(
      subscriptions(insight?.resource)?.map(({ id, disconnectTime }) => [id, disconnectTime !== undefined]),
    ).toEqual([
      ['cp-1-1', true],
      ['cp-2-1', false],
    ]);
  });

  it('is written once more when somebody else wrote meanwhile', async () => {
    const { zone, insights, pass, puts } = world('cp-1', new MemoryZone(ZONE), true);
    await registered(zone);
    insights.connected(proxy, node);
    pass(200);
    // what another control plane writes is in the log before it is in our view
    const put = zone.put.bind(zone);
    zone.put = async () => {
      zone.put = put;
      throw new StaleWrite('somebody was first');
    };
    insights.disconnected(proxy, counters);
    pass(200);
    await new Promise(setImmediate);
    pass(200);
    expect(puts).toHaveLength(3);
    const insight = zone.view.get({ type: 'DataplaneInsight', mesh: 'demo', name: 'p' }, ZONE);
    expect(subscriptions(insight?.resource)).toMatchObject([{ disconnectTime: expect.any(String) }]);
  });

  it('is written once the zone log can be written again, also of a proxy that has left; it is told once', async () => {
    let isAway = true;
    class AwayZone extends MemoryZone {
      override put(...write: Parameters<MemoryZone['put']>): Promise<number> {
        const isInsight = write[0].type === 'DataplaneInsight';
        return isAway && isInsight ? Promise.reject(new Error('timeout')) : super.put(...write);
      }
    }
    const { zone, insights, failures, pass } = world('cp-1', new AwayZone(ZONE));
    const insight = () => zone.view.get({ type: 'DataplaneInsight', mesh: 'demo', name: 'p' }, ZONE)?.resource;
    const passed = async (ms: number) => {
      pass(ms);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await registered(zone);
    insights.connected(proxy, node);
    await passed(200);
    insights.disconnected(proxy, counters);
    await passed(200);
    await passed(10_000);
    expect([insight(), failures]).toEqual([undefined, ['timeout']]);
    isAway = false;
    await passed(10_000);
    expect(subscriptions(insight())).toMatchObject([{ id: 'cp-1-1', disconnectTime: expect.any(String) }]);
  });

  it('does not come back after its Dataplane was deleted', async () => {
    const { zone, insights, puts, pass } = world();
    await registered(zone);
    insights.connected(proxy, node);
    pass(200);
    insights.disconnected(proxy, counters);
    await zone.delete({ type: 'Dataplane', mesh: 'demo', name: 'p' });
    pass(200);
    expect(puts).toHaveLength(1);
  });

  it('is closed with the control plane', async () => {
    const { zone, insights, puts } = world();
    await registered(zone);
    insights.connected(proxy, node);
    await insights.stop();
    expect(subscriptions(puts[0])).toMatchObject([{ disconnectTime: expect.any(String) }]);
  });

  it.each([
    ['a sidecar', proxy],
    ['an egress', { ...proxy, id: '.p', kind: 'egress', mesh: '' } as const],
  ])('of %s, by a control plane that is no more, is closed by another', async (_, proxy) => {
    const crashed = world('cp-1');
    await registered(crashed.zone, proxy);
    crashed.insights.connected(proxy, node);
    crashed.pass(200);
    const next = world('cp-2', crashed.zone);
    next.insights.closeLeftovers((id) => id === 'cp-2' || id === 'cp-1');
    expect(next.puts).toEqual([]);
    next.insights.closeLeftovers((id) => id === 'cp-2');
    expect(subscriptions(next.puts[0])).toMatchObject([{ id: 'cp-1-1', disconnectTime: expect.any(String) }]);
  });
});
