import fc from 'fast-check';
import type { WrittenResource } from './snapshotCase.ts';

/** One of the two meshes, mostly the first. */
export const mesh = fc.constantFrom('m1', 'm1', 'm1', 'm2');
/** A service of theirs. */
export const service = fc.constantFrom('a', 'b', 'c_d', 'e');

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

const selector = fc.constantFrom(
  { kind: 'Mesh' },
  { kind: 'MeshSubset', tags: { version: 'v2' } },
  { kind: 'MeshService', name: 'b' },
  { kind: 'MeshService', name: 'dataplane-metrics' },
  { kind: 'Dataplane', name: 'dp-2' },
  { kind: 'MeshHTTPRoute', name: 'route-a' },
);

const routedTimeout = fc.record({ mesh, targetRef: selector, seconds: fc.integer({ min: 1, max: 2 }) }).map(
  ({ mesh, targetRef, seconds }): WrittenResource => ({
    type: 'MeshTimeout',
    mesh,
    name: 'selective',
    spec: { targetRef, to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout: `${seconds}m` } } }] },
  }),
);

const breaker = fc.record({ mesh, service, connections: fc.integer({ min: 1, max: 3 }) }).map(
  ({ mesh, service, connections }): WrittenResource => ({
    type: 'MeshCircuitBreaker',
    mesh,
    name: `breaker-${service}`,
    spec: {
      to: [
        {
          targetRef: { kind: 'MeshService', name: service },
          default: { connectionLimits: { maxConnections: connections } },
        },
      ],
    },
  }),
);

const patch = fc.record({ mesh, targetRef: selector, seconds: fc.integer({ min: 1, max: 2 }) }).map(
  ({ mesh, targetRef, seconds }): WrittenResource => ({
    type: 'MeshProxyPatch',
    mesh,
    name: 'patch',
    spec: {
      targetRef: targetRef.kind === 'MeshHTTPRoute' ? { kind: 'Mesh' } : targetRef,
      default: {
        appendModifications: [
          {
            cluster: {
              operation: 'Patch',
              match: { origin: 'outbound' },
              value: `connectTimeout: ${seconds}s`,
            },
          },
        ],
      },
    },
  }),
);

const selectors = fc.uniqueArray(
  fc.constantFrom(
    { 'kuma.io/service': '*' },
    { 'kuma.io/service': 'a' },
    { 'kuma.io/service': '*', version: '*' },
    { 'kuma.io/service': 'b', version: 'v1' },
  ),
  { minLength: 1, maxLength: 2 },
);
const destination = fc.constantFrom('*', 'e', 'pass_through');
const backend = fc.constantFrom('x', 'y', 'gone', undefined);
const selected = (matches: readonly object[]) => matches.map((match) => ({ match }));

const trafficLog = fc
  .record({ mesh, n: fc.integer({ min: 1, max: 3 }), from: selectors, to: destination, backend })
  .map(
    ({ mesh, n, from, to, backend }): WrittenResource => ({
      type: 'TrafficLog',
      mesh,
      name: `log-${n}`,
      sources: selected(from),
      destinations: selected([{ 'kuma.io/service': to }]),
      conf: { backend },
    }),
  );

const trafficTrace = fc.record({ mesh, n: fc.integer({ min: 1, max: 3 }), of: selectors, backend }).map(
  ({ mesh, n, of, backend }): WrittenResource => ({
    type: 'TrafficTrace',
    mesh,
    name: `trace-${n}`,
    selectors: selected(of),
    conf: { backend },
  }),
);

/** A policy of any type, with whatever may select, match or refuse a proxy of the history. */
export const policy = fc.oneof(
  { weight: 3, arbitrary: route },
  { weight: 3, arbitrary: timeout },
  { weight: 3, arbitrary: routedTimeout },
  breaker,
  patch,
  { weight: 3, arbitrary: permission },
  { weight: 4, arbitrary: trafficLog },
  { weight: 3, arbitrary: trafficTrace },
);
