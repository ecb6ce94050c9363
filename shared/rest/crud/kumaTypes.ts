/** A type of Kuma 2.14 that a build may lack. */
export interface KumaType {
  /** Collection. */
  readonly path: string;
  /** In KRIs. */
  readonly shortName?: string;
  /** What Kuma shows of one besides itself, with the title of the error when that one is not there. */
  readonly views?: Readonly<Record<string, string>>;
  /** A policy of which Kuma does not tell the proxies. */
  readonly notInspected?: boolean;
  /** What does the same here, as far as something does. */
  readonly instead?: string;
  /** The control plane on which it is not written. */
  readonly refusedOn?: 'global' | 'zone';
}

type KumaTypes = Readonly<Record<string, KumaType>>;

/** Kuma's words for whatever it is that selects proxies. */
export const NO_POLICY = 'Could not retrieve policy';

export const KUMA_POLICIES: KumaTypes = {
  CircuitBreaker: { path: 'circuit-breakers', instead: 'MeshCircuitBreaker', refusedOn: 'zone' },
  FaultInjection: { path: 'fault-injections', refusedOn: 'zone' },
  HealthCheck: { path: 'health-checks', refusedOn: 'zone' },
  MeshAccessLog: { path: 'meshaccesslogs', shortName: 'mal', instead: 'logging of the Mesh and a TrafficLog' },
  MeshFaultInjection: { path: 'meshfaultinjections', shortName: 'mfi' },
  MeshHealthCheck: { path: 'meshhealthchecks', shortName: 'mhc' },
  MeshLoadBalancingStrategy: { path: 'meshloadbalancingstrategies', shortName: 'mlbs' },
  MeshMetric: { path: 'meshmetrics', shortName: 'mm', instead: 'metrics of the Mesh' },
  MeshPassthrough: {
    path: 'meshpassthroughs',
    shortName: 'mp',
    instead: 'networking.outbound.passthrough of the Mesh',
  },
  MeshRateLimit: { path: 'meshratelimits', shortName: 'mrl' },
  MeshTCPRoute: { path: 'meshtcproutes', shortName: 'mtcpr' },
  MeshTLS: { path: 'meshtlses', shortName: 'mtls', instead: 'mtls of the Mesh' },
  MeshTrace: { path: 'meshtraces', shortName: 'mtr', instead: 'tracing of the Mesh and a TrafficTrace' },
  ProxyTemplate: { path: 'proxytemplates', instead: 'MeshProxyPatch', refusedOn: 'zone' },
  RateLimit: { path: 'rate-limits', refusedOn: 'zone' },
  Retry: { path: 'retries', instead: 'MeshRetry', refusedOn: 'zone' },
  Timeout: { path: 'timeouts', instead: 'MeshTimeout', refusedOn: 'zone' },
  TrafficLog: { path: 'traffic-logs', refusedOn: 'zone' },
  TrafficPermission: { path: 'traffic-permissions', instead: 'MeshTrafficPermission', refusedOn: 'zone' },
  TrafficRoute: { path: 'traffic-routes', instead: 'MeshHTTPRoute', refusedOn: 'zone' },
  TrafficTrace: { path: 'traffic-traces', refusedOn: 'zone' },
  VirtualOutbound: { path: 'virtual-outbounds', refusedOn: 'zone', notInspected: true },
};

/** The other mesh-scoped types, and the policy that is inspected as MeshGateways are. */
export const KUMA_MESH_TYPES: KumaTypes = {
  ExternalService: { path: 'external-services', refusedOn: 'zone' },
  MeshExternalService: { path: 'meshexternalservices', shortName: 'extsvc' },
  MeshGateway: {
    path: 'meshgateways',
    shortName: 'mgw',
    views: {
      dataplanes: 'Could not find MeshGateway',
      _rules: 'Could not retrieve MeshGateway',
      _config: 'Failed to fetch dataplane insight',
    },
  },
  MeshGatewayRoute: {
    path: 'meshgatewayroutes',
    refusedOn: 'zone',
    views: { dataplanes: 'Could not find MeshGatewayRoute', '_resources/dataplanes': NO_POLICY },
  },
  MeshIdentity: { path: 'meshidentities', shortName: 'mid', instead: 'mtls of the Mesh' },
  MeshMultiZoneService: {
    path: 'meshmultizoneservices',
    shortName: 'mzsvc',
    instead: 'tags with kuma.io/service',
    refusedOn: 'zone',
  },
  MeshOpenTelemetryBackend: { path: 'meshopentelemetrybackends', shortName: 'motb' },
  MeshService: {
    path: 'meshservices',
    shortName: 'msvc',
    instead: 'tags with kuma.io/service',
    refusedOn: 'global',
    views: { '_resources/dataplanes': NO_POLICY, _dataplanes: NO_POLICY },
  },
  MeshTrust: { path: 'meshtrusts', shortName: 'mtrust', instead: 'mtls of the Mesh' },
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
