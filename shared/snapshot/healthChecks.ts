import type { DataplaneSpec, ServiceProbe } from '../resource/dataplane/spec.ts';
import type { HealthCheckJson } from '../xds/gen/envoy/config/core/v3/health_check_pb.d.ts';
import type { ClusterHealthCheckJson, HealthCheckSpecifierJson } from '../xds/gen/envoy/service/health/v3/hds_pb.d.ts';
import { ADMIN_NAME } from '../xds/names.ts';
import { adminAddress } from './admin.ts';
import { type Application, applicationOf } from './application.ts';
import type { ProxyMetadata } from './proxy.ts';
import { redirectOf } from './redirect.ts';

/** A report once a second costs less than a caller that meets a dead application; without anything to report, hardly any. */
const REPORTS = '1s';
const NO_REPORTS = '3600s';
/** Kuma's, of `dpServer.hds.checkDefaults`. */
const DEFAULTS = { interval: '1s', timeout: '2s', unhealthyThreshold: 1, healthyThreshold: 1 } as const;
const NO_TRAFFIC_INTERVAL = '1s';

/**
 * What a proxy shall look at: the applications behind its inbounds with a probe, and, where there are some, itself: one that is
 * draining is as good as none.
 */
export function healthCheckSpecifier(dataplane: DataplaneSpec, metadata: ProxyMetadata): HealthCheckSpecifierJson {
  const { networking } = dataplane;
  const redirected = redirectOf({ metadata }, dataplane) !== undefined;
  const checks = new Map<string, ClusterHealthCheckJson>();
  for (const inbound of networking.inbound ?? []) {
    if (!inbound.serviceProbe) continue;
    const application = applicationOf(inbound, inbound.address ?? networking.address, redirected);
    checks.set(application.cluster, check(application, inbound.serviceProbe, { tcpHealthCheck: {} }));
  }
  if (checks.size === 0) return { interval: NO_REPORTS };
  const address = adminAddress(metadata);
  const ready = { httpHealthCheck: { path: '/ready' } };
  const own = address ? [check({ cluster: ADMIN_NAME, address, source: undefined }, {}, ready)] : [];
  return { clusterHealthChecks: [...own, ...checks.values()], interval: REPORTS };
}

function check(
  { cluster, address, source }: Application,
  { interval, timeout, unhealthyThreshold, healthyThreshold }: ServiceProbe,
  how: HealthCheckJson,
): ClusterHealthCheckJson {
  return {
    clusterName: cluster,
    localityEndpoints: [{ endpoints: [{ address }] }],
    healthChecks: [
      {
        interval: interval ?? DEFAULTS.interval,
        timeout: timeout ?? DEFAULTS.timeout,
        unhealthyThreshold: unhealthyThreshold ?? DEFAULTS.unhealthyThreshold,
        healthyThreshold: healthyThreshold ?? DEFAULTS.healthyThreshold,
        noTrafficInterval: NO_TRAFFIC_INTERVAL,
        ...how,
      },
    ],
    ...(source && { upstreamBindConfig: { sourceAddress: { address: source, portValue: 0 } } }),
  };
}
