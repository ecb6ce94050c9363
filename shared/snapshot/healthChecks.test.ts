import { expect, test } from 'vitest';
import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import { NO_METADATA } from '../../test/support/snapshotCase.ts';
import { healthCheckSpecifier } from './healthChecks.ts';

const spec: DataplaneSpec = {
  networking: {
    address: '192.168.0.1',
    inbound: [
      { port: 80, servicePort: 8080, serviceProbe: {} },
      {
        port: 81,
        serviceAddress: '127.0.0.1',
        serviceProbe: { interval: '5s', timeout: '0.5s', healthyThreshold: 2, unhealthyThreshold: 3, tcp: {} },
      },
      { port: 82 },
    ],
  },
};
const DEFAULTS = {
  interval: '1s',
  timeout: '2s',
  healthyThreshold: 1,
  unhealthyThreshold: 1,
  noTrafficInterval: '1s',
};

test('applications are looked at over TCP where they are asked for, and Envoy over its admin API', () => {
  const made = healthCheckSpecifier(spec, { ...NO_METADATA, adminSocket: '/run/admin.sock' });
  expect(made).toEqual({
    interval: '1s',
    clusterHealthChecks: [
      {
        clusterName: 'kuma:envoy:admin',
        localityEndpoints: [{ endpoints: [{ address: { pipe: { path: '/run/admin.sock' } } }] }],
        healthChecks: [{ ...DEFAULTS, httpHealthCheck: { path: '/ready' } }],
      },
      {
        clusterName: 'localhost:8080',
        localityEndpoints: [
          { endpoints: [{ address: { socketAddress: { address: '192.168.0.1', portValue: 8080 } } }] },
        ],
        healthChecks: [{ ...DEFAULTS, tcpHealthCheck: {} }],
      },
      {
        clusterName: 'localhost:81',
        localityEndpoints: [{ endpoints: [{ address: { socketAddress: { address: '127.0.0.1', portValue: 81 } } }] }],
        healthChecks: [
          {
            interval: '5s',
            timeout: '0.5s',
            healthyThreshold: 2,
            unhealthyThreshold: 3,
            noTrafficInterval: '1s',
            tcpHealthCheck: {},
          },
        ],
      },
    ],
  });
});

test('a redirected proxy dials as it does for traffic, so that iptables lets it pass', () => {
  const transparentProxy = { inboundPort: 15006, outboundPort: 15001, dnsPort: 0 };
  const { clusterHealthChecks = [] } = healthCheckSpecifier(spec, { ...NO_METADATA, transparentProxy });
  expect(clusterHealthChecks.map(({ clusterName, upstreamBindConfig }) => [clusterName, upstreamBindConfig])).toEqual([
    ['localhost:8080', { sourceAddress: { address: '127.0.0.6', portValue: 0 } }],
    ['localhost:81', undefined],
  ]);
});

test('without a probe there is nothing to look at, and hardly a report', () => {
  const bare = { networking: { address: '10.0.0.1', inbound: [{ port: 80 }] } };
  expect(healthCheckSpecifier(bare, { ...NO_METADATA, adminPort: 9901 })).toEqual({ interval: '3600s' });
});
