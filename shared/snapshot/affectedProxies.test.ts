import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { BEGIN, PROXIES, steps } from '../../test/support/meshHistory.ts';
import { resourceOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import type { Resource } from '../resource/resource.ts';
import { type Changed, View } from '../view/view.ts';
import type { Snapshot } from '../xds/snapshot.ts';
import { affectedProxies, type World } from './affectedProxies.ts';
import { generate } from './generateSnapshot.ts';
import { Memo } from './memo.ts';
import { ProxyIndex } from './proxyIndex.ts';
import { regenerateEndpoints } from './regenerateEndpoints.ts';

const registry = await loadRegistry();
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };

describe('affected proxies', () => {
  it('are all whose snapshot changes, and what is kept incrementally equals what is made from nothing', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const zone = new ZoneUnderTest();
        for (const one of BEGIN) zone.write(one, false);
        zone.settle();
        for (const { written, deleted, joined } of sequence) {
          zone.write(written, deleted);
          if (!joined) zone.settle();
        }
        zone.settle();
      }),
      { numRuns: 150 },
    );
  });

  it('are only the callers, and only their endpoints, when an instance moves', () => {
    const zone = new ZoneUnderTest();
    const instance = (address: string): WrittenResource => ({
      type: 'Dataplane',
      mesh: 'm1',
      name: 'backend-1',
      origin: 'zone-1',
      networking: {
        address,
        inbound: [{ port: 80, tags: { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' } }],
      },
    });
    const caller = (name: string, calls: string): WrittenResource => ({
      type: 'Dataplane',
      mesh: 'm1',
      name,
      origin: 'zone-1',
      networking: { address: '10.0.0.9', outbound: [{ port: 20000, tags: { 'kuma.io/service': calls } }] },
    });
    for (const one of [
      { type: 'Mesh', name: 'm1' },
      instance('10.0.0.1'),
      caller('dp-1', 'backend'),
      caller('dp-2', 'other'),
    ])
      zone.write(one, false);
    zone.settle();
    zone.write(instance('10.0.0.2'), false);
    expect(zone.settle()).toEqual(new Map([['m1.dp-1', new Set(['m1/backend'])]]));
  });

  it('are those that dial its own address, when that is another, and none when only its readiness is', () => {
    const zone = new ZoneUnderTest();
    const instance = (name: string, address: string, ready: boolean): WrittenResource => ({
      type: 'Dataplane',
      mesh: 'm1',
      name,
      origin: 'zone-1',
      networking: { address, inbound: [{ port: 80, health: { ready }, tags: { 'kuma.io/service': 'backend' } }] },
    });
    const direct = (name: string, directAccessServices: string[]): WrittenResource => ({
      type: 'Dataplane',
      mesh: 'm1',
      name,
      origin: 'zone-1',
      networking: { address: '10.0.0.9', transparentProxying: { directAccessServices } },
    });
    for (const one of [{ type: 'Mesh', name: 'm1' }, direct('dp-1', ['*']), direct('dp-3', ['backend'])])
      zone.write(one, false);
    zone.settle();
    const dialled = () =>
      [...zone.snapshotOf('m1.dp-3').listener.keys()].filter((name) => name.startsWith('direct_access'));
    for (const ready of [false, true]) {
      zone.write(instance('backend-1', `10.0.0.${ready ? 2 : 1}`, ready), false);
      // dp-1 is not redirected to its proxy, which therefore cannot take the calls
      expect(zone.settle().get('m1.dp-1')).toBeUndefined();
      expect(dialled()).toEqual([`direct_access_10.0.0.${ready ? 2 : 1}:80`]);
    }
    zone.write(instance('backend-1', '10.0.0.2', false), false);
    expect(zone.settle().size).toBe(0);
    zone.write(instance('backend-1', '10.0.0.2', false), true);
    expect(zone.settle().get('m1.dp-3')).toBe('all');
    expect(dialled()).toEqual([]);
  });
});

describe('a proxy that scrapes the others', () => {
  it('is concerned by where they show their metrics', () => {
    const zone = new ZoneUnderTest();
    const backend = (port: number): WrittenResource => ({
      type: 'Dataplane',
      mesh: 'm1',
      name: 'backend-1',
      origin: 'zone-1',
      metrics: { type: 'prometheus', conf: { port } },
      networking: { address: '10.0.0.1', inbound: [{ port: 80, tags: { 'kuma.io/service': 'backend' } }] },
    });
    for (const one of [
      { type: 'Mesh', name: 'm1', metrics: { enabledBackend: 'p', backends: [{ name: 'p', type: 'prometheus' }] } },
      backend(1234),
      {
        type: 'Dataplane',
        mesh: 'm1',
        name: 'dp-3',
        origin: 'zone-1',
        networking: { address: '10.0.0.9', transparentProxying: { directAccessServices: ['dataplane-metrics'] } },
      },
    ])
      zone.write(one, false);
    zone.settle();
    zone.write(backend(4321), false);
    expect(zone.settle().get('m1.dp-3')).toBe('all');
    expect([...zone.snapshotOf('m1.dp-3').listener.keys()]).toContain('direct_access_10.0.0.1:4321');
  });
});

describe('an egress', () => {
  const offered = (instances: number): WrittenResource => ({
    type: 'ZoneIngress',
    name: 'ingress-2',
    origin: 'zone-2',
    networking: { address: '10.1.0.2', port: 10001, advertisedAddress: '10.1.0.2', advertisedPort: 10001 },
    availableServices: [{ mesh: 'm1', instances, tags: { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' } }],
  });
  const begin = (zoneEgress: boolean) => {
    const zone = new ZoneUnderTest();
    const mtls = { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] };
    const tags = { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' };
    for (const one of [
      { type: 'Mesh', name: 'm1', mtls, routing: { zoneEgress } },
      { type: 'ZoneEgress', name: 'egress-1', origin: 'zone-1', networking: { address: '10.2.0.1', port: 10002 } },
      {
        type: 'Dataplane',
        mesh: 'm1',
        name: 'dp-1',
        origin: 'zone-1',
        networking: { address: '10.0.0.1', inbound: [{ port: 80, tags }] },
      },
    ])
      zone.write(one, false);
    zone.settle();
    return zone;
  };

  it('is concerned when another zone begins to offer what was only here, and then by endpoints alone', () => {
    const zone = begin(true);
    zone.write(offered(1), false);
    expect(zone.settle().get('.egress-1')).toBe('all');
    zone.write(offered(2), false);
    expect(zone.settle().get('.egress-1')).toEqual(new Set(['m1/backend']));
  });

  it('is not concerned by what other zones offer to meshes that do not leave by it', () => {
    const zone = begin(false);
    zone.write(offered(1), false);
    zone.settle();
    zone.write(offered(2), false);
    expect([...zone.settle().keys()]).toEqual([]);
  });
});

/** A zone that keeps its proxies up to date as a control plane does, and compares with snapshots made from nothing. */
class ZoneUnderTest {
  readonly #view = new View();
  readonly #memo = new Memo(200);
  readonly #index = new ProxyIndex();
  #version = 0;
  #changes: Changed[] = [];

  constructor() {
    for (const proxy of PROXIES) this.#index.update(proxy, generate({ ...this.#world(), proxy }));
  }

  write(one: WrittenResource, deleted: boolean): void {
    const resource: Resource = resourceOf(one);
    const changed = this.#view.apply({
      origin: one.origin ?? '',
      key: resource,
      resource: deleted ? null : resource,
      version: ++this.#version,
    });
    if (changed) this.#changes.push(changed);
  }

  settle(): ReadonlyMap<string, unknown> {
    const world = this.#world();
    const affected = affectedProxies(world, this.#index, this.#changes);
    this.#changes = [];
    for (const { proxy, generated } of [...this.#index.all()]) {
      const scope = affected.get(proxy.id);
      const next =
        scope === undefined
          ? generated
          : scope === 'all'
            ? generate({ ...world, proxy })
            : regenerateEndpoints(generated, world);
      expect(next.snapshot).toEqual(generate({ view: this.#view.clone(), registry, settings, proxy }).snapshot);
      if (scope !== undefined) this.#index.update(proxy, next);
    }
    return affected;
  }

  snapshotOf(proxyId: string): Snapshot {
    const tracked = this.#index.get(proxyId);
    if (!tracked) throw new Error(`${proxyId} is not connected`);
    return tracked.generated.snapshot;
  }

  #world(): World {
    return { view: this.#view, registry, settings, memo: this.#memo };
  }
}
