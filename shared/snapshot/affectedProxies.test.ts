import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { NO_METADATA, resourceOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import type { Resource } from '../resource/resource.ts';
import { type Changed, View } from '../view/view.ts';
import { affectedProxies, type World } from './affectedProxies.ts';
import { generate } from './generateSnapshot.ts';
import { Memo } from './memo.ts';
import type { Proxy, ProxyMetadata } from './proxy.ts';
import { ProxyIndex } from './proxyIndex.ts';
import { regenerateEndpoints } from './regenerateEndpoints.ts';

const registry = await loadRegistry();
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };

const sidecar = (mesh: string, name: string, metadata: Partial<ProxyMetadata> = {}): Proxy => ({
  id: `${mesh}.${name}`,
  kind: 'sidecar',
  mesh,
  name,
  metadata: { ...NO_METADATA, ...metadata },
});

const PROXIES: Proxy[] = [
  sidecar('m1', 'dp-1'),
  sidecar('m1', 'dp-2', { loopbackPrefix: '127.2', dnsPort: 15053 }),
  sidecar('m1', 'dp-3', { transparentProxy: { inboundPort: 15006, outboundPort: 15001, dnsPort: 0 } }),
  sidecar('m2', 'dp-1', { loopbackPrefix: '127.4' }),
  { id: '.ingress-1', kind: 'ingress', mesh: '', name: 'ingress-1', metadata: NO_METADATA },
];

const mesh = fc.constantFrom('m1', 'm2');
const service = fc.constantFrom('a', 'b', 'c_d', 'e');
const protocol = fc.constantFrom('http', 'http2', 'grpc', 'tcp');

const dataplane = fc
  .record({
    mesh,
    n: fc.integer({ min: 1, max: 6 }),
    origin: fc.constantFrom('zone-1', 'zone-1', 'zone-1', 'zone-2'),
    service,
    protocol,
    host: fc.integer({ min: 1, max: 4 }),
    ready: fc.boolean(),
    calls: fc.uniqueArray(service, { maxLength: 3 }),
    version: fc.constantFrom('v1', 'v2'),
  })
  .map(
    ({ mesh, n, origin, service, protocol, host, ready, calls, version }): WrittenResource => ({
      type: 'Dataplane',
      mesh,
      name: `dp-${n}`,
      origin,
      networking: {
        address: `10.0.0.${host}`,
        inbound: [
          { port: 80, health: { ready }, tags: { 'kuma.io/service': service, 'kuma.io/protocol': protocol, version } },
        ],
        outbound: calls.map((call, i) => ({ port: 20000 + i, tags: { 'kuma.io/service': call } })),
      },
    }),
  );

const ingress = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    host: fc.integer({ min: 1, max: 3 }),
    services: fc.array(fc.record({ mesh, service, protocol, instances: fc.integer({ min: 0, max: 3 }) }), {
      maxLength: 4,
    }),
  })
  .map(
    ({ n, host, services }): WrittenResource => ({
      type: 'ZoneIngress',
      name: `ingress-${n}`,
      origin: `zone-${n}`,
      networking: { address: '10.1.0.1', port: 10001, advertisedAddress: `10.1.0.${host}`, advertisedPort: 10001 },
      availableServices: services.map((s) => ({
        mesh: s.mesh,
        instances: s.instances,
        tags: { 'kuma.io/service': s.service, 'kuma.io/protocol': s.protocol },
      })),
    }),
  );

const meshes = fc
  .record({ name: mesh, on: fc.boolean(), mode: fc.constantFrom('STRICT', 'PERMISSIVE'), local: fc.boolean() })
  .map(
    ({ name, on, mode, local }): WrittenResource => ({
      type: 'Mesh',
      name,
      routing: { localityAwareLoadBalancing: local },
      mtls: { ...(on ? { enabledBackend: 'ca' } : {}), backends: [{ name: 'ca', type: 'builtin', mode }] },
    }),
  );

const secret = fc
  .record({ mesh, data: fc.constantFrom('YQ==', 'Yg=='), of: fc.constantFrom('ca-builtin-cert-ca', 'signing-key') })
  .map(({ mesh, data, of }): WrittenResource => ({ type: 'Secret', mesh, name: `${mesh}.${of}`, data }));

const vip = fc
  .record({ mesh, n: fc.integer({ min: 0, max: 5 }), service, origin: fc.constantFrom('zone-1', 'zone-1', 'zone-2') })
  .map(
    ({ mesh, n, service, origin }): WrittenResource => ({ type: 'Vip', mesh, name: `240.0.0.${n}`, origin, service }),
  );

const zone = fc.boolean().map((enabled): WrittenResource => ({ type: 'Zone', name: 'zone-2', enabled }));

const route = fc
  .record({ mesh, service, version: fc.constantFrom('v1', 'v2'), target: fc.constantFrom('a', 'b', undefined) })
  .map(
    ({ mesh, service, version, target }): WrittenResource => ({
      type: 'MeshHTTPRoute',
      mesh,
      name: `route-${service}`,
      spec: {
        targetRef: target ? { kind: 'MeshService', name: target } : { kind: 'Mesh' },
        to: [
          {
            targetRef: { kind: 'MeshService', name: service },
            rules: [
              {
                matches: [{ path: { type: 'PathPrefix', value: '/x' } }],
                default: {
                  backendRefs: [
                    { kind: 'MeshServiceSubset', name: 'a', tags: { version } },
                    { kind: 'MeshService', name: 'e' },
                  ],
                },
              },
            ],
          },
        ],
      },
    }),
  );

const timeout = fc
  .record({
    mesh,
    n: fc.integer({ min: 1, max: 2 }),
    service,
    target: fc.constantFrom('a', 'b', undefined),
    seconds: fc.integer({ min: 1, max: 3 }),
  })
  .map(
    ({ mesh, n, service, target, seconds }): WrittenResource => ({
      type: 'MeshTimeout',
      mesh,
      name: `timeout-${n}`,
      spec: {
        targetRef: target ? { kind: 'MeshService', name: target } : { kind: 'Mesh', proxyTypes: ['Sidecar'] },
        to: [
          {
            targetRef: { kind: 'MeshService', name: service },
            default: { connectionTimeout: `${seconds}s`, http: { requestTimeout: `${seconds}s` } },
          },
        ],
      },
    }),
  );

const permission = fc
  .record({ mesh, service, action: fc.constantFrom('Allow', 'Deny'), target: fc.constantFrom('a', 'b', undefined) })
  .map(
    ({ mesh, service, action, target }): WrittenResource => ({
      type: 'MeshTrafficPermission',
      mesh,
      name: 'permission',
      spec: {
        targetRef: target ? { kind: 'MeshService', name: target } : { kind: 'Mesh' },
        from: [{ targetRef: { kind: 'MeshService', name: service }, default: { action } }],
      },
    }),
  );

const written = fc.oneof(
  { weight: 6, arbitrary: dataplane },
  { weight: 3, arbitrary: ingress },
  { weight: 2, arbitrary: meshes },
  { weight: 2, arbitrary: vip },
  secret,
  zone,
  route,
  timeout,
  permission,
);

interface Step {
  readonly written: WrittenResource;
  readonly deleted: boolean;
  /** Applied together with the next one. */
  readonly joined: boolean;
}

const steps = fc.array(
  fc.record<Step>({ written, deleted: fc.integer({ min: 0, max: 4 }).map((n) => n === 0), joined: fc.boolean() }),
  { minLength: 1, maxLength: 30 },
);

const BEGIN: WrittenResource[] = ['m1', 'm2'].flatMap((name): WrittenResource[] => [
  { type: 'Mesh', name, mtls: { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] } },
  { type: 'Secret', mesh: name, name: `${name}.ca-builtin-cert-ca`, data: 'YQ==' },
  { type: 'Vip', mesh: name, name: '240.0.0.9', origin: 'zone-1', service: 'a' },
  ...['dp-1', 'dp-2', 'dp-3'].map(
    (dp, i): WrittenResource => ({
      type: 'Dataplane',
      mesh: name,
      name: dp,
      origin: 'zone-1',
      networking: {
        address: `10.0.0.${i}`,
        inbound: [
          { port: 80, tags: { 'kuma.io/service': 'ab'[i % 2] as string, 'kuma.io/protocol': 'http', version: 'v1' } },
        ],
        outbound: [
          { port: 20000, tags: { 'kuma.io/service': 'e' } },
          { port: 20001, tags: { 'kuma.io/service': 'c_d' } },
        ],
      },
    }),
  ),
]);
BEGIN.push(
  { type: 'ZoneIngress', name: 'ingress-1', origin: 'zone-1', networking: { address: '10.1.0.1', port: 10001 } },
  {
    type: 'ZoneIngress',
    name: 'ingress-2',
    origin: 'zone-2',
    networking: { address: '10.1.0.2', port: 10001, advertisedAddress: '10.1.0.2', advertisedPort: 10001 },
    availableServices: ['m1', 'm2'].map((mesh) => ({
      mesh,
      instances: 1,
      tags: { 'kuma.io/service': 'e', 'kuma.io/protocol': 'http' },
    })),
  },
);

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

  #world(): World {
    return { view: this.#view, registry, settings, memo: this.#memo };
  }
}
