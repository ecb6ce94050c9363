import { Registry as Metrics } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import type { Snapshot } from '../../shared/xds/snapshot.ts';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { NO_METADATA, resourceOf } from '../../test/support/snapshotCase.ts';
import type { AdsServer } from '../ads/ports.ts';
import { Push } from './push.ts';
import { Rollouts } from './rollouts.ts';

const registry = await loadRegistry();
const ZONE = 'zone-1';

/** Proxies that write down their snapshots and answer when they are told to. */
class Proxies implements AdsServer {
  readonly proxies = new Map<string, Proxy>();
  readonly sent: { readonly id: string; readonly snapshot: Snapshot }[] = [];
  readonly #answers: ((accepted: boolean | undefined) => void)[] = [];
  fail = false;

  setSnapshot(id: string, snapshot: Snapshot): Promise<boolean | undefined> {
    if (this.fail) throw new Error('cluster c: field x: there is no such field');
    this.sent.push({ id, snapshot });
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  /** All outstanding pushes, in this way. */
  async answer(accepted: boolean | undefined) {
    for (const resolve of this.#answers.splice(0)) resolve(accepted);
    await Promise.resolve();
  }

  snapshotOf(id: string) {
    return this.sent.findLast((one) => one.id === id)?.snapshot;
  }

  counters() {
    return undefined;
  }

  disconnect() {}
}

const proxy = (name: string): Proxy => ({
  id: `demo.${name}`,
  kind: 'sidecar',
  mesh: 'demo',
  name,
  metadata: NO_METADATA,
});
const dataplane = (name: string, service: string, address = '10.0.0.1', calls: readonly string[] = []) =>
  resourceOf({
    type: 'Dataplane',
    mesh: 'demo',
    name,
    networking: {
      address,
      inbound: [{ port: 80, tags: { 'kuma.io/service': service, 'kuma.io/protocol': 'http' } }],
      outbound: calls.map((call, i) => ({ port: 20_000 + i, tags: { 'kuma.io/service': call } })),
    },
  });

async function world() {
  const zone = new MemoryZone(ZONE);
  const ads = new Proxies();
  const metrics = new Metrics();
  const rollouts = new Rollouts({ now: Date.now, metrics });
  const logged: string[] = [];
  const push = new Push({
    view: zone.view,
    ads,
    registry,
    settings: { zone: ZONE, domain: 'mesh', serviceVipPort: 80 },
    identityOf: () => undefined,
    rollouts,
    quietMs: 1,
    ceilingMs: 5,
    areComing: () => false,
    log: { error: (_, message) => logged.push(message), warn: (_, message) => logged.push(`warning: ${message}`) },
  });
  zone.onApplied((applied) => push.applied(applied));
  zone.global(resourceOf({ type: 'Mesh', name: 'demo' }));
  await zone.put(dataplane('back', 'back'));
  await zone.put(dataplane('front', 'front', '10.0.0.2', ['back']));
  await zone.put(dataplane('other', 'other', '10.0.0.3'));
  const connect = async (...names: string[]) => {
    for (const name of names) {
      ads.proxies.set(`demo.${name}`, proxy(name));
      push.connected(proxy(name));
    }
    await sent(names.length);
  };
  /** Waits for so many pushes, and takes their proxies' names. */
  const sent = async (count: number) => {
    while (ads.sent.length < count) await new Promise((resolve) => setImmediate(resolve));
    return ads.sent.splice(0).map(({ id }) => id);
  };
  return { zone, ads, rollouts, metrics, push, logged, connect, sent };
}

const mesh = (passthrough: boolean) =>
  resourceOf({ type: 'Mesh', name: 'demo', networking: { outbound: { passthrough } } });

describe('a change', () => {
  it('goes to the proxies it concerns, once each, and to nobody else', async () => {
    const { zone, connect, sent } = await world();
    await connect('back', 'front', 'other');
    await zone.put(dataplane('back', 'back', '10.0.0.9'));
    await zone.put(dataplane('back', 'back', '10.0.0.10'));
    expect((await sent(2)).sort()).toEqual(['demo.back', 'demo.front']);
  });

  it('of what a control plane observed goes to nobody, and nothing waits because of it', async () => {
    const { zone, push, connect } = await world();
    await connect('back');
    while (push.busy) await new Promise((resolve) => setImmediate(resolve));
    await zone.put(resourceOf({ type: 'DataplaneInsight', mesh: 'demo', name: 'back', subscriptions: [] }));
    expect(push.busy).toBe(false);
  });

  it('of a certificate goes to the callers where a mesh also lets plain text in, and to nobody in any other', async () => {
    const { zone, push, connect, sent } = await world();
    await connect('back', 'front', 'other');
    for (const [mode, issuedBackend] of [
      ['STRICT', 'another'],
      ['PERMISSIVE', 'ca'],
    ]) {
      zone.global(
        resourceOf({
          type: 'Mesh',
          name: 'demo',
          mtls: { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin', mode }] },
        }),
      );
      await sent(3);
      while (push.busy) await new Promise((resolve) => setImmediate(resolve));
      await zone.put(resourceOf({ type: 'DataplaneInsight', mesh: 'demo', name: 'back', mTLS: { issuedBackend } }));
      expect(push.busy).toBe(mode === 'PERMISSIVE');
    }
    expect(await sent(1)).toEqual(['demo.front']);
  });

  it('is followed to the answers of all', async () => {
    const { zone, ads, rollouts, metrics, connect, sent } = await world();
    await connect('back', 'front');
    const change = zone.global(mesh(false));
    expect(rollouts.get(change)).toMatchObject({ affected: 2, acknowledged: 0, complete: false });
    await sent(2);
    await ads.answer(true);
    expect(rollouts.get(change)).toMatchObject({ affected: 2, acknowledged: 2, rejected: [], gone: 0, complete: true });
    expect(await metrics.metrics()).toContain('meridian_propagation_seconds_count 2');
  });

  it('is merged with the next while it waits; one answer is for both', async () => {
    const { zone, ads, rollouts, connect, sent } = await world();
    await connect('other');
    const first = zone.global(mesh(false));
    const second = zone.global(mesh(true));
    await sent(1);
    await ads.answer(true);
    expect([rollouts.get(first)?.complete, rollouts.get(second)?.complete]).toEqual([true, true]);
  });

  it('is refused with the reason that the proxy gave', async () => {
    const { zone, ads, rollouts, push, connect, sent } = await world();
    await connect('other');
    const change = zone.global(mesh(false));
    await sent(1);
    push.refused('demo.other', 'listener: no');
    await ads.answer(false);
    expect(rollouts.get(change)).toMatchObject({
      rejected: [{ proxy: 'demo.other', error: 'listener: no' }],
      complete: true,
    });
  });

  it('does not wait for a proxy that left', async () => {
    const { zone, rollouts, push, connect } = await world();
    await connect('other');
    const change = zone.global(mesh(false));
    push.disconnected(proxy('other'));
    expect(rollouts.get(change)).toMatchObject({ affected: 1, gone: 1, complete: true });
  });

  it('that concerns nobody is complete at once', async () => {
    const { zone, rollouts } = await world();
    expect(rollouts.get(zone.global(mesh(false)))).toMatchObject({ affected: 0, complete: true });
  });

  it('that comes between connection and first snapshot is in it', async () => {
    const { zone, ads, rollouts, push, sent } = await world();
    ads.proxies.set('demo.other', proxy('other'));
    push.connected(proxy('other'));
    const change = zone.global(mesh(false));
    expect(await sent(1)).toEqual(['demo.other']);
    await ads.answer(true);
    expect(rollouts.get(change)).toMatchObject({ affected: 1, acknowledged: 1, complete: true });
  });
});

describe('a configuration that cannot be made', () => {
  it('is told, and tried again with the next change', async () => {
    const { zone, ads, rollouts, push, logged, connect, sent } = await world();
    await connect('other');
    ads.fail = true;
    const change = zone.global(mesh(false));
    while (!rollouts.get(change)?.complete) await new Promise((resolve) => setImmediate(resolve));
    const error = 'its configuration cannot be made: cluster c: field x: there is no such field';
    expect(rollouts.get(change)?.rejected).toEqual([{ proxy: 'demo.other', error }]);
    expect(push.errorOf('demo.other')).toBe(error);
    expect(logged).toEqual(['configuration cannot be made; the last good one stays']);
    ads.fail = false;
    zone.global(resourceOf({ type: 'Mesh', name: 'unrelated' }));
    expect(await sent(1)).toEqual(['demo.other']);
    expect(push.errorOf('demo.other')).toBeUndefined();
  });
});

describe('a proxy whose address is a domain name', () => {
  it('gets its configuration when the name is found, and keeps it', async () => {
    const { zone, ads, push, logged, connect, sent } = await world();
    const named = dataplane('other', 'other', 'vm-7.internal');
    await zone.put(named);
    ads.proxies.set('demo.other', proxy('other'));
    push.connected(proxy('other'));
    while (!push.errorOf('demo.other')) await new Promise((resolve) => setImmediate(resolve));
    expect(push.errorOf('demo.other')).toContain('networking.address: the zone');
    expect(push.errorOf('demo.other')).toContain('"vm-7.internal"');
    await connect('front');
    zone.global(resourceOf({ type: 'Mesh', name: 'unrelated' }));
    while (push.busy) await new Promise((resolve) => setImmediate(resolve));
    expect(logged).toEqual(['warning: configuration cannot be made; the last good one stays']);

    await zone.put({ ...named, status: { addresses: { 'vm-7.internal': '10.0.0.7' } } });
    while (ads.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const listeners = JSON.stringify([...(ads.snapshotOf('demo.other')?.listener.entries() ?? [])]);
    expect(listeners).toContain('10.0.0.7');
    expect(listeners).not.toContain('vm-7.internal');
    expect(push.errorOf('demo.other')).toBeUndefined();
    await sent(1);

    await zone.put(named);
    while (!push.errorOf('demo.other')) await new Promise((resolve) => setImmediate(resolve));
    expect(await sent(0)).toEqual([]);
  });
});

describe('rollouts', () => {
  it('are told step by step, and the oldest are forgotten', () => {
    const rollouts = new Rollouts({ now: () => 0, limit: 2 });
    const told: string[] = [];
    const end = rollouts.onChanged(({ id, acknowledged, complete }) => told.push(`${id} ${acknowledged} ${complete}`));
    const at = new Date(0).toISOString();
    rollouts.begin({ id: 'a', at }, 1, ['p', 'q']);
    rollouts.settle(['a'], 'p', { accepted: true });
    rollouts.settle(['a'], 'p', { accepted: true });
    rollouts.settle(['a'], 'q', { gone: true });
    expect(told).toEqual(['a 0 false', 'a 1 false', 'a 1 true']);
    end();
    rollouts.begin({ id: 'b', at }, 2, []);
    rollouts.begin({ id: 'c', at }, 3, []);
    expect(rollouts.list().map(({ id }) => id)).toEqual(['b', 'c']);
    expect(told).toHaveLength(3);
  });
});
