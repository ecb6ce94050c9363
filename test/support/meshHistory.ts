import fc from 'fast-check';
import type { Proxy, ProxyMetadata } from '../../shared/snapshot/proxy.ts';
import { mesh, policy, service } from './meshPolicies.ts';
import { NO_METADATA, type WrittenResource } from './snapshotCase.ts';

const sidecar = (mesh: string, name: string, metadata: Partial<ProxyMetadata> = {}): Proxy => ({
  id: `${mesh}.${name}`,
  kind: 'sidecar',
  mesh,
  name,
  metadata: { ...NO_METADATA, ...metadata },
});

/** Connected proxies of zone-1: every way to take calls, an ingress and an egress. */
export const PROXIES: Proxy[] = [
  sidecar('m1', 'dp-1', { adminPort: 9901 }),
  sidecar('m1', 'dp-2', { loopbackPrefix: '127.2', dnsPort: 15053 }),
  sidecar('m1', 'dp-3', {
    transparentProxy: { inboundPort: 15006, outboundPort: 15001, dnsPort: 0 },
    dnsPort: 15054,
    features: ['feature-embedded-dns', 'feature-strict-inbound-ports'],
  }),
  sidecar('m2', 'dp-1', { loopbackPrefix: '127.4' }),
  { id: '.ingress-1', kind: 'ingress', mesh: '', name: 'ingress-1', metadata: NO_METADATA },
  { id: '.egress-1', kind: 'egress', mesh: '', name: 'egress-1', metadata: NO_METADATA },
];

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
    ignored: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    calls: fc.uniqueArray(service, { maxLength: 3 }),
    version: fc.constantFrom('v1', 'v2'),
    direct: fc.constantFrom([], ['b'], ['dataplane-metrics'], ['*']),
    metricsPort: fc.constantFrom(undefined, undefined, 80, 1234),
  })
  .map(
    ({
      mesh,
      n,
      origin,
      service,
      protocol,
      host,
      ready,
      ignored,
      calls,
      version,
      direct,
      metricsPort,
    }): WrittenResource => ({
      type: 'Dataplane',
      mesh,
      name: `dp-${n}`,
      origin,
      ...(metricsPort && { metrics: { type: 'prometheus', conf: { port: metricsPort } } }),
      networking: {
        address: `10.0.0.${host}`,
        inbound: [
          {
            port: 80,
            ...(ignored && { state: 'Ignored' }),
            health: { ready },
            tags: { 'kuma.io/service': service, 'kuma.io/protocol': protocol, version },
          },
        ],
        outbound: calls.map((call, i) => ({ port: 20000 + i, tags: { 'kuma.io/service': call } })),
        transparentProxying: { directAccessServices: direct },
      },
    }),
  );

const insight = fc
  .record({
    mesh,
    n: fc.integer({ min: 1, max: 4 }),
    origin: fc.constantFrom('zone-1', 'zone-1', 'zone-2'),
    issued: fc.constantFrom('ca', 'ca', 'cb', undefined),
  })
  .map(
    ({ mesh, n, origin, issued }): WrittenResource => ({
      type: 'DataplaneInsight',
      mesh,
      name: `dp-${n}`,
      origin,
      ...(issued && { mTLS: { issuedBackend: issued } }),
    }),
  );

const ingress = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    host: fc.integer({ min: 1, max: 3 }),
    services: fc.array(
      fc.record({
        mesh,
        service,
        protocol,
        instances: fc.integer({ min: 0, max: 3 }),
        version: fc.constantFrom('v1', 'v2'),
      }),
      { maxLength: 4 },
    ),
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
        tags: { 'kuma.io/service': s.service, 'kuma.io/protocol': s.protocol, version: s.version },
      })),
    }),
  );

const egress = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    host: fc.integer({ min: 1, max: 2 }),
    origin: fc.constantFrom('zone-1', 'zone-1', 'zone-2'),
  })
  .map(
    ({ n, host, origin }): WrittenResource => ({
      type: 'ZoneEgress',
      name: `egress-${n}`,
      origin,
      networking: { address: `10.2.0.${host}`, port: 10002 },
    }),
  );

/** Where logs and traces go by default: what policies mean that name no backend, or a backend that was another before. */
const backends = (defaultBackend: string) => ({
  logging: {
    defaultBackend,
    backends: [
      { name: 'x', type: 'file', conf: { path: `/tmp/${defaultBackend}.log` } },
      { name: 'y', type: 'file', conf: { path: '/dev/null' } },
    ],
  },
  tracing: {
    defaultBackend,
    backends: ['x', 'y'].map((name, i) => ({
      name,
      type: 'zipkin',
      conf: { url: `http://192.0.2.${i}:9411/${defaultBackend}` },
    })),
  },
});

const meshes = fc
  .record({
    name: mesh,
    on: fc.boolean(),
    mode: fc.constantFrom('STRICT', 'PERMISSIVE'),
    local: fc.boolean(),
    egress: fc.boolean(),
    measured: fc.boolean(),
    defaultBackend: fc.constantFrom('x', 'y'),
  })
  .map(
    ({ name, on, mode, local, egress, measured, defaultBackend }): WrittenResource => ({
      type: 'Mesh',
      name,
      ...(measured && { metrics: { enabledBackend: 'p', backends: [{ name: 'p', type: 'prometheus' }] } }),
      ...backends(defaultBackend),
      routing: { localityAwareLoadBalancing: local, zoneEgress: egress },
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

const written = fc.oneof(
  { weight: 6, arbitrary: dataplane },
  { weight: 3, arbitrary: insight },
  { weight: 3, arbitrary: ingress },
  { weight: 2, arbitrary: egress },
  { weight: 2, arbitrary: meshes },
  { weight: 2, arbitrary: vip },
  secret,
  zone,
  { weight: 21, arbitrary: policy },
);

/** Something that a log or a zone's log says. */
export interface Step {
  readonly written: WrittenResource;
  readonly deleted: boolean;
  /** Applied together with the next one. */
  readonly joined: boolean;
}

/** Random histories of two meshes over two zones. */
export const steps = fc.array(
  fc.record<Step>({ written, deleted: fc.integer({ min: 0, max: 4 }).map((n) => n === 0), joined: fc.boolean() }),
  { minLength: 1, maxLength: 30 },
);

/** What every history begins with. */
export const BEGIN: WrittenResource[] = ['m1', 'm2'].flatMap((name): WrittenResource[] => [
  {
    type: 'Mesh',
    name,
    mtls: { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] },
    routing: { zoneEgress: name === 'm1' },
    ...backends('x'),
  },
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
        ...(dp === 'dp-3' && { transparentProxying: { directAccessServices: ['b'] } }),
      },
    }),
  ),
]);
BEGIN.push(
  { type: 'ZoneIngress', name: 'ingress-1', origin: 'zone-1', networking: { address: '10.1.0.1', port: 10001 } },
  { type: 'ZoneEgress', name: 'egress-1', origin: 'zone-1', networking: { address: '10.2.0.1', port: 10002 } },
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
