import { describe, expect, it } from 'vitest';
import type { ClusterJson } from '../../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ToRules } from '../rules.ts';
import { applyToInbound, applyToOutbound } from './apply.ts';
import { type MeshCircuitBreakerConf, meshCircuitBreakerSchema } from './schema.ts';
import { circuitBreakerViolations } from './violations.ts';

function clusterWith(conf: MeshCircuitBreakerConf | undefined): ClusterJson {
  const cluster: ClusterJson = { name: 'backend' };
  const forService = (service: string) => (service === 'backend' && conf ? { conf, origins: [] } : undefined);
  const rules: ToRules<MeshCircuitBreakerConf> = { id: 'x', forService, forRoute: forService };
  const clusters = [{ service: 'backend', protocol: 'http' as const, cluster }];
  applyToOutbound({ service: 'backend', protocol: 'http', listener: {}, clusters }, rules);
  return cluster;
}

describe('clusters', () => {
  it('tell what is left of their limits, also when nothing is configured', () => {
    expect(clusterWith(undefined)).toEqual({
      name: 'backend',
      circuitBreakers: { thresholds: [{ trackRemaining: true }] },
    });
  });

  it('get the limits', () => {
    expect(clusterWith({ connectionLimits: { maxConnections: 2, maxRetries: 1 } }).circuitBreakers).toEqual({
      thresholds: [{ trackRemaining: true, maxConnections: 2, maxRetries: 1 }],
    });
  });

  it('detect only what is asked for', () => {
    const detectors = {
      totalFailures: { consecutive: 7 },
      gatewayFailures: {},
      successRate: { standardDeviationFactor: '1.1', minimumHosts: 3 },
    };
    const cluster = clusterWith({ outlierDetection: { interval: '5s', healthyPanicThreshold: '62.5', detectors } });
    expect(cluster.outlierDetection).toEqual({
      interval: '5s',
      consecutive5xx: 7,
      enforcingConsecutive5xx: 100,
      enforcingConsecutiveGatewayFailure: 0,
      enforcingConsecutiveLocalOriginFailure: 0,
      enforcingSuccessRate: 100,
      enforcingLocalOriginSuccessRate: 100,
      enforcingFailurePercentage: 0,
      enforcingFailurePercentageLocalOrigin: 0,
      successRateMinimumHosts: 3,
      successRateStdevFactor: 1100,
    });
    expect(cluster.commonLbConfig).toEqual({ healthyPanicThreshold: { value: 62.5 } });
  });

  it('eject nobody, and never panic, when detection is disabled', () => {
    const cluster = clusterWith({ outlierDetection: { disabled: true, healthyPanicThreshold: 50, detectors: {} } });
    expect(cluster).not.toHaveProperty('outlierDetection');
    expect(cluster).not.toHaveProperty('commonLbConfig');
  });

  it('of the local application take the rules for everybody', () => {
    const cluster: ClusterJson = {};
    const all = { conf: { connectionLimits: { maxRequests: 4 } }, origins: [] };
    applyToInbound(
      { sectionName: '80', service: 'web', protocol: 'http', tags: {}, listener: {}, chains: [], cluster },
      { id: 'x', all, matched: [], from: [] },
    );
    expect(cluster.circuitBreakers).toEqual({ thresholds: [{ trackRemaining: true, maxRequests: 4 }] });
  });
});

describe('validation', () => {
  const mesh = { kind: 'Mesh' };
  const violations = (spec: unknown) =>
    circuitBreakerViolations(meshCircuitBreakerSchema.parse(spec)).map(({ field, reason }) => `${field}: ${reason}`);

  it.each([
    [{ to: [{ targetRef: mesh, default: { connectionLimits: { maxConnections: 1 } } }] }, []],
    [{}, ["spec: at least one of 'from', 'to' or 'rules' has to be defined"]],
    [
      { to: [{ targetRef: mesh }] },
      ["spec.to[0].default: at least one of: 'connectionLimits' or 'outlierDetection' should be configured"],
    ],
    [
      { to: [{ targetRef: mesh, default: { connectionLimits: { maxRequests: 0 } } }] },
      ['spec.to[0].default.connectionLimits.maxRequests: must be greater than 0'],
    ],
    [
      { rules: [{ default: { outlierDetection: {} } }] },
      ['spec.from[0].default.outlierDetection.detectors: must be defined'],
    ],
    [
      { from: [{ targetRef: mesh, default: { outlierDetection: { interval: '0s', detectors: {} } } }] },
      [
        'spec.from[0].default.outlierDetection.interval: must be greater than zero when defined',
        'spec.from[0].default.outlierDetection.detectors: must have at least one defined: totalFailures, gatewayFailures, localOriginFailures, successRate, failurePercentage',
      ],
    ],
    [
      {
        from: [
          {
            targetRef: mesh,
            default: {
              outlierDetection: {
                maxEjectionPercent: 101,
                detectors: { successRate: { standardDeviationFactor: 'x' } },
              },
            },
          },
        ],
      },
      [
        'spec.from[0].default.outlierDetection.maxEjectionPercent: must be in inclusive range [0, 100]',
        'spec.from[0].default.outlierDetection.detectors.successRate.standardDeviationFactor: invalid number',
      ],
    ],
    [
      { to: [{ targetRef: { kind: 'MeshHTTPRoute', name: 'r' }, default: { connectionLimits: { maxRequests: 1 } } }] },
      ["spec.to[0].targetRef.kind: value 'MeshHTTPRoute' is not supported"],
    ],
  ])('%j', (spec, expected) => {
    expect(violations(spec)).toEqual(expected);
  });
});
