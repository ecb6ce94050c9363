import { describe, expect, it } from 'vitest';
import type { RouteConfigurationJson } from '../../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { OutboundResources, Protocol } from '../../xds/parts.ts';
import type { ToRules } from '../rules.ts';
import { applyMeshRetry } from './apply.ts';
import { type MeshRetryConf, meshRetrySchema } from './schema.ts';

const toMesh = (conf: object) => ({ to: [{ targetRef: { kind: 'Mesh' }, default: conf }] });

const parsed = (conf: object): MeshRetryConf => meshRetrySchema.parse(toMesh(conf)).to?.[0]?.default ?? {};

/** The retry policy of the one route of an outbound. */
function retryPolicy(conf: object, protocol: Protocol = 'http') {
  const routes: RouteConfigurationJson = { virtualHosts: [{ routes: [{ name: 'r', route: { cluster: 'backend' } }] }] };
  const rule = { conf: parsed(conf), origins: [] };
  const rules: ToRules<MeshRetryConf> = { id: 'x', forService: () => rule, forRoute: () => rule };
  applyMeshRetry({ service: 'backend', protocol, listener: {}, routes, clusters: [] }, rules);
  return routes.virtualHosts?.[0]?.routes?.[0]?.route?.retryPolicy;
}

function maxConnectAttempts(conf: object, protocol: Protocol) {
  const outbound: OutboundResources = { service: 'db', protocol, listener: {}, tcpProxy: {}, clusters: [] };
  const rule = { conf: parsed(conf), origins: [] };
  applyMeshRetry(outbound, { id: 'x', forService: () => rule, forRoute: () => rule });
  return outbound.tcpProxy?.maxConnectAttempts;
}

describe('routes', () => {
  it('leave out a maximum that is below the base, as two policies together may have it', () => {
    const { retryBackOff } = retryPolicy({ http: { backOff: { baseInterval: '1s', maxInterval: '250ms' } } }) ?? {};
    expect(retryBackOff).toEqual({ baseInterval: '1s' });
  });

  it('retry what Kuma retries when nothing is named', () => {
    const conf = { numRetries: 5, perTryTimeout: '16s', backOff: { baseInterval: '25ms', maxInterval: '250ms' } };
    expect(retryPolicy({ http: conf })).toEqual({
      retryOn: 'gateway-error,connect-failure,refused-stream',
      numRetries: 5,
      perTryTimeout: '16s',
      retryBackOff: { baseInterval: '0.025s', maxInterval: '0.25s' },
    });
    expect(retryPolicy({ grpc: { numRetries: 1 } }, 'grpc')?.retryOn).toBe(
      'cancelled,connect-failure,gateway-error,refused-stream,reset,resource-exhausted,unavailable',
    );
  });

  it('retry conditions, status codes, methods and headers', () => {
    const retryOn = ['5xx', 'Http3PostConnectFailure', '429', 'HttpMethodGet'];
    const retriableResponseHeaders = [{ name: 'x-retry', type: 'Present' }];
    expect(retryPolicy({ http: { retryOn, retriableResponseHeaders } })).toEqual({
      retryOn: '5xx,http3-post-connect-failure,retriable-status-codes',
      retriableStatusCodes: [429],
      retriableRequestHeaders: [{ name: ':method', stringMatch: { exact: 'GET' } }],
      retriableHeaders: [{ name: 'x-retry', presentMatch: true }],
    });
  });

  it('choose other hosts', () => {
    const hostSelection = [
      { predicate: 'OmitPreviousHosts' },
      { predicate: 'OmitHostsWithTags', tags: { version: 'v1' } },
      { predicate: 'OmitPreviousPriorities' },
    ];
    expect(retryPolicy({ http: { hostSelection, hostSelectionMaxAttempts: 3 } })).toMatchObject({
      retryHostPredicate: [
        { name: 'envoy.retry_host_predicates.previous_hosts' },
        { typedConfig: { metadataMatch: { filterMetadata: { 'envoy.lb': { version: 'v1' } } } } },
      ],
      retryPriority: { typedConfig: { updateFrequency: 2 } },
      hostSelectionRetryMaxAttempts: '3',
    });
  });

  it('retry nothing with no retries, nor for a protocol that was not asked for', () => {
    expect(retryPolicy({ http: { numRetries: 0 } })).toBeUndefined();
    expect(retryPolicy({ http: { numRetries: 1 } }, 'http2')).toBeUndefined();
    expect(retryPolicy({ http: { numRetries: 1 } }, 'grpc')).toBeUndefined();
  });
});

it('connections are tried again for tcp only', () => {
  expect(maxConnectAttempts({ tcp: { maxConnectAttempt: 5 } }, 'tcp')).toBe(5);
  expect(maxConnectAttempts({ tcp: { maxConnectAttempt: 5 } }, 'kafka')).toBeUndefined();
});
