/** Policies of Kuma 2.14 that a build may lack, with their collections (kumactl-api §3). */
export const KUMA_POLICIES: Readonly<Record<string, string>> = {
  CircuitBreaker: 'circuit-breakers',
  FaultInjection: 'fault-injections',
  HealthCheck: 'health-checks',
  MeshAccessLog: 'meshaccesslogs',
  MeshFaultInjection: 'meshfaultinjections',
  MeshGatewayRoute: 'meshgatewayroutes',
  MeshHealthCheck: 'meshhealthchecks',
  MeshLoadBalancingStrategy: 'meshloadbalancingstrategies',
  MeshMetric: 'meshmetrics',
  MeshPassthrough: 'meshpassthroughs',
  MeshRateLimit: 'meshratelimits',
  MeshTCPRoute: 'meshtcproutes',
  MeshTLS: 'meshtlses',
  MeshTrace: 'meshtraces',
  ProxyTemplate: 'proxytemplates',
  RateLimit: 'rate-limits',
  Retry: 'retries',
  Timeout: 'timeouts',
  TrafficLog: 'traffic-logs',
  TrafficPermission: 'traffic-permissions',
  TrafficRoute: 'traffic-routes',
  TrafficTrace: 'traffic-traces',
  VirtualOutbound: 'virtual-outbounds',
};

/** The other mesh-scoped types of Kuma 2.14 that a build may lack. */
export const KUMA_MESH_TYPES: Readonly<Record<string, string>> = {
  ExternalService: 'external-services',
  MeshExternalService: 'meshexternalservices',
  MeshGateway: 'meshgateways',
  MeshIdentity: 'meshidentities',
  MeshMultiZoneService: 'meshmultizoneservices',
  MeshOpenTelemetryBackend: 'meshopentelemetrybackends',
  MeshService: 'meshservices',
  MeshTrust: 'meshtrusts',
  MeshZoneAddress: 'meshzoneaddresses',
  Workload: 'workloads',
};

/** And the global-scoped ones. */
export const KUMA_GLOBAL_TYPES: Readonly<Record<string, string>> = { HostnameGenerator: 'hostnamegenerators' };
