import type { MeshSpec } from '../resource/mesh/spec.ts';
import type { Resource } from '../resource/resource.ts';

const ATTEMPTS = { numRetries: 5, perTryTimeout: '16s', backOff: { baseInterval: '25ms', maxInterval: '250ms' } };

/**
 * The policies that a new Mesh begins with, those of Kuma (`pkg/defaults/mesh`): created together with it, never again after a user deleted
 * them. A type that `skipCreatingInitialPolicies` names is left out; `*` names all. @param at RFC 3339, time of creation.
 */
export function defaultPolicies(mesh: Resource<MeshSpec>, at: string): Resource[] {
  const skipped = new Set(mesh.spec.skipCreatingInitialPolicies ?? []);
  const policy = (type: string, prefix: string, spec: object): Resource => ({
    type,
    mesh: mesh.name,
    name: `${prefix}-all-${mesh.name}`,
    labels: { 'kuma.io/mesh': mesh.name },
    creationTime: at,
    modificationTime: at,
    spec,
  });
  return [
    policy('MeshTimeout', 'mesh-timeout', sidecarTimeouts()),
    policy('MeshTimeout', 'mesh-gateways-timeout', gatewayTimeouts()),
    policy('MeshCircuitBreaker', 'mesh-circuit-breaker', connectionLimits()),
    policy('MeshRetry', 'mesh-retry', retries()),
  ].filter(({ type }) => !skipped.has(type) && !skipped.has('*'));
}

function sidecarTimeouts(): object {
  return {
    targetRef: { kind: 'Mesh', proxyTypes: ['Sidecar'] },
    from: forMesh({
      connectionTimeout: '10s',
      idleTimeout: '2h0m0s',
      http: { requestTimeout: '0s', streamIdleTimeout: '1h0m0s', maxStreamDuration: '0s' },
    }),
    to: forMesh({
      connectionTimeout: '5s',
      idleTimeout: '1h0m0s',
      http: { requestTimeout: '15s', streamIdleTimeout: '30m0s' },
    }),
  };
}

function gatewayTimeouts(): object {
  return {
    targetRef: { kind: 'Mesh', proxyTypes: ['Gateway'] },
    from: forMesh({ idleTimeout: '5m0s', http: { streamIdleTimeout: '5s', requestHeadersTimeout: '500ms' } }),
    to: forMesh({ idleTimeout: '1h0m0s', http: { streamIdleTimeout: '5s' } }),
  };
}

function connectionLimits(): object {
  return {
    targetRef: { kind: 'Mesh' },
    to: forMesh({
      connectionLimits: { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 },
    }),
  };
}

function retries(): object {
  return {
    targetRef: { kind: 'Mesh' },
    to: forMesh({ tcp: { maxConnectAttempt: 5 }, http: ATTEMPTS, grpc: ATTEMPTS }),
  };
}

function forMesh(conf: object): object[] {
  return [{ targetRef: { kind: 'Mesh' }, default: conf }];
}
