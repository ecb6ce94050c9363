/** A type of Kuma 2.14 that a build may lack (kumactl-api §3). */
export interface KumaType {
  /** Collection. */
  readonly path: string;
  /** In KRIs. */
  readonly shortName?: string;
  /** The control plane on which it is not written. */
  readonly refusedOn?: 'global' | 'zone';
}

type KumaTypes = Readonly<Record<string, KumaType>>;

export const KUMA_POLICIES: KumaTypes = {
  CircuitBreaker: { path: 'circuit-breakers', refusedOn: 'zone' },
  FaultInjection: { path: 'fault-injections', refusedOn: 'zone' },
  HealthCheck: { path: 'health-checks', refusedOn: 'zone' },
  MeshAccessLog: { path: 'meshaccesslogs', shortName: 'mal' },
  MeshFaultInjection: { path: 'meshfaultinjections', shortName: 'mfi' },
  MeshGatewayRoute: { path: 'meshgatewayroutes', refusedOn: 'zone' },
  MeshHealthCheck: { path: 'meshhealthchecks', shortName: 'mhc' },
  MeshLoadBalancingStrategy: { path: 'meshloadbalancingstrategies', shortName: 'mlbs' },
  MeshMetric: { path: 'meshmetrics', shortName: 'mm' },
  MeshPassthrough: { path: 'meshpassthroughs', shortName: 'mp' },
  MeshRateLimit: { path: 'meshratelimits', shortName: 'mrl' },
  MeshTCPRoute: { path: 'meshtcproutes', shortName: 'mtcpr' },
  MeshTLS: { path: 'meshtlses', shortName: 'mtls' },
  MeshTrace: { path: 'meshtraces', shortName: 'mtr' },
  ProxyTemplate: { path: 'proxytemplates', refusedOn: 'zone' },
  RateLimit: { path: 'rate-limits', refusedOn: 'zone' },
  Retry: { path: 'retries', refusedOn: 'zone' },
  Timeout: { path: 'timeouts', refusedOn: 'zone' },
  TrafficLog: { path: 'traffic-logs', refusedOn: 'zone' },
  TrafficPermission: { path: 'traffic-permissions', refusedOn: 'zone' },
  TrafficRoute: { path: 'traffic-routes', refusedOn: 'zone' },
  TrafficTrace: { path: 'traffic-traces', refusedOn: 'zone' },
  VirtualOutbound: { path: 'virtual-outbounds', refusedOn: 'zone' },
};

/** The other mesh-scoped types. */
export const KUMA_MESH_TYPES: KumaTypes = {
  ExternalService: { path: 'external-services', refusedOn: 'zone' },
  MeshExternalService: { path: 'meshexternalservices', shortName: 'extsvc' },
  MeshGateway: { path: 'meshgateways', shortName: 'mgw' },
  MeshIdentity: { path: 'meshidentities', shortName: 'mid' },
  MeshMultiZoneService: { path: 'meshmultizoneservices', shortName: 'mzsvc', refusedOn: 'zone' },
  MeshOpenTelemetryBackend: { path: 'meshopentelemetrybackends', shortName: 'motb' },
  MeshService: { path: 'meshservices', shortName: 'msvc', refusedOn: 'global' },
  MeshTrust: { path: 'meshtrusts', shortName: 'mtrust' },
  MeshZoneAddress: { path: 'meshzoneaddresses', shortName: 'mza', refusedOn: 'global' },
  Workload: { path: 'workloads', shortName: 'wl', refusedOn: 'global' },
};

/** And the global-scoped ones. */
export const KUMA_GLOBAL_TYPES: KumaTypes = { HostnameGenerator: { path: 'hostnamegenerators', shortName: 'hg' } };

const SHORT_NAMES = new Set(
  [KUMA_POLICIES, KUMA_MESH_TYPES, KUMA_GLOBAL_TYPES].flatMap((types) =>
    Object.values(types).map(({ shortName }) => shortName),
  ),
);

/** Does Kuma have a type of that KRI short name? */
export function isKumaShortName(shortName: string): boolean {
  return SHORT_NAMES.has(shortName);
}
