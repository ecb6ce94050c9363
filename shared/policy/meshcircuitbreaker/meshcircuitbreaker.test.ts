import { describe, expect, it } from 'vitest';
import type { ClusterJson } from '../../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ToRules } from '../rules.ts';
import { applyToInbound, applyToOutbound } from './apply.ts';
import type { MeshCircuitBreakerConf } from './schema.ts';

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

  it('let through any deviation beyond what Envoy can count', () => {
    const detectors = { successRate: { standardDeviationFactor: 1e9 } };
    const { outlierDetection } = clusterWith({ outlierDetection: { detectors } });
    expect(outlierDetection?.successRateStdevFactor).toBe(2 ** 32 - 1);
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
