import { isIP } from 'node:net';
import type { JsonObject } from '../../shared/resource/json.ts';
import type { BootstrapRequest } from './bootstrapRequest.ts';
import type { TrustedCas } from './trustedCas.ts';

/** Where the proxy's Envoy finds the zone. */
interface XdsAddress {
  /** As the proxy spelt it: it must be a SAN of the certificate. */
  readonly host: string;
  readonly port: number;
  readonly trusts: TrustedCas;
}

/** What the control plane knows of the proxy already. */
interface BootstrapSubject {
  readonly mesh: string;
  readonly name: string;
  /** Identifying service, or `ingress` and `egress`. */
  readonly cluster: string;
  readonly adminPort: number;
}

/** `meridian.ca` of a proxy that knows the control plane by a CA which is not ours. */
export const FOREIGN_CA = 'foreign';
const ADS = { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: '0s' };
/** Linux cuts paths of sockets at 107 characters; the name is cut as in Kuma (`socketName` of its pkg/core/xds/sockets.go). */
const LONGEST_SOCKET = 98;

/**
 * Parts of the names of statistics that are labels in Prometheus, besides Envoy's own: Kuma's, since dashboards ask by them. Without
 * them every listener, worker and gRPC service has metrics under names of its own. Envoy holds each against every statistic that is made,
 * some 150 a cluster: Kuma's own expressions cost it 20 ms a cluster. These find the same, but say where to begin, which makes that 3.
 */
const STATS_TAGS = [
  { tagName: 'name', regex: '^grpc\\.((.+)\\.)' },
  { tagName: 'status', regex: '^grpc\\..*streams_closed(_([0-9]+))' },
  { tagName: 'kafka_name', regex: '^kafka(\\.(\\S*[0-9]))\\.' },
  { tagName: 'kafka_type', regex: '^kafka\\..*\\.(.*?(?=_duration|$))' },
  { tagName: 'worker', regex: '(worker_([0-9]+)\\.)' },
  { tagName: 'listener', regex: '^((.+?)\\.)rbac\\.' },
];

/**
 * The bootstrap configuration of an Envoy, as Kuma makes it (its pkg/xds/bootstrap): who it is, its admin API on a unix socket, and ADS as
 * its only source of configuration; delta unless the proxy asks for the state of the world.
 */
export function bootstrapConfig(request: BootstrapRequest, subject: BootstrapSubject, xds: XdsAddress): JsonObject {
  const adminSocket = adminSocketPath(request.workdir);
  const grpcServices = [
    {
      // Back within seconds after a restart of the control plane; Envoy's own 30 s would leave new config waiting.
      envoyGrpc: {
        clusterName: 'ads_cluster',
        retryPolicy: { retryBackOff: { baseInterval: '0.2s', maxInterval: '3s' } },
      },
      initialMetadata: request.dataplaneToken ? [{ key: 'authorization', value: request.dataplaneToken }] : [],
    },
  ];
  return {
    node: {
      id: `${subject.mesh}.${subject.name}`,
      cluster: subject.cluster,
      metadata: nodeMetadata(request, subject, adminSocket, xds.trusts),
    },
    admin: {
      address: { pipe: { path: adminSocket, mode: 0o600 } },
      accessLog: [
        {
          name: 'envoy.access_loggers.file',
          typedConfig: {
            '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
            path: '/dev/null',
          },
        },
      ],
    },
    dynamicResources: {
      adsConfig: {
        apiType: apiType(request),
        transportApiVersion: 'V3',
        setNodeOnFirstMessageOnly: true,
        grpcServices,
      },
      ldsConfig: ADS,
      cdsConfig: ADS,
    },
    // Zone proxies have no applications.
    ...(request.proxyType === 'dataplane' && {
      hdsConfig: { apiType: 'GRPC', transportApiVersion: 'V3', setNodeOnFirstMessageOnly: true, grpcServices },
    }),
    staticResources: { clusters: [adsCluster(xds)], secrets: [trust(xds)] },
    layeredRuntime: {
      layers: [
        {
          name: 'kuma',
          staticLayer: { 're2.max_program_size.error_level': 4_294_967_295, 're2.max_program_size.warn_level': 1_000 },
        },
      ],
    },
    statsConfig: { statsTags: STATS_TAGS },
    defaultRegexEngine: {
      name: 'envoy.regex_engines.google_re2',
      typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.regex_engines.v3.GoogleRE2' },
    },
  };
}

/** Kuma's kuma-dp says with a feature that it can delta; our own launcher, and any other, gets it too unless it asks not to. */
function apiType(request: BootstrapRequest): string {
  const asked =
    request.features.includes('feature-delta-grpc') ||
    !request.features.some((feature) => feature.startsWith('feature-'));
  return asked ? 'DELTA_GRPC' : 'GRPC';
}

export function adminSocketPath(workdir: string): string {
  return `${`${workdir}/kuma-envoy-admin`.slice(0, LONGEST_SOCKET)}.sock`;
}

function nodeMetadata(
  request: BootstrapRequest,
  subject: BootstrapSubject,
  adminSocket: string,
  { newest }: TrustedCas,
): JsonObject {
  const metadata: Record<string, unknown> = {
    'dataplane.resource': request.dataplaneResource,
    'dataplane.proxyType': request.proxyType,
    'dataplane.admin.port': subject.adminPort ? String(subject.adminPort) : '',
    'dataplane.admin.socketPath': adminSocket,
    'dataplane.dns.port': request.dnsPort ? String(request.dnsPort) : '',
    'dataplane.readinessReporter.port': request.readinessPort ? String(request.readinessPort) : '',
    'dataplane.appProbeProxy.enabled': request.appProbeProxyDisabled ? 'true' : '',
    features: request.features,
    dynamicMetadata: request.dynamicMetadata,
    version: request.version,
    workdir: request.workdir,
    systemCaPath: request.systemCaPath,
    metricsCertPath: request.metricsResources?.certPath ?? '',
    metricsKeyPath: request.metricsResources?.keyPath ?? '',
    ipv6Enabled: request.ipv6Enabled ?? false,
    'meridian.loopbackPrefix': request.loopbackPrefix ?? '',
    'meridian.ca': newest || FOREIGN_CA,
    ...(request.dataplaneConfig ? { transparentProxy: request.dataplaneConfig } : {}),
  };
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== '')) as JsonObject;
}

function adsCluster({ host, port }: XdsAddress): JsonObject {
  return {
    name: 'ads_cluster',
    // localhost is ::1 to Envoy at first, where a control plane that listens at 127.0.0.1 is not.
    ...(isIP(host) ? { type: 'STATIC' } : { type: 'STRICT_DNS', dnsLookupFamily: 'V4_PREFERRED' }),
    connectTimeout: '1s',
    loadAssignment: {
      clusterName: 'ads_cluster',
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: host, portValue: port } } } }] }],
    },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicitHttpConfig: { http2ProtocolOptions: { connectionKeepalive: { interval: '15s', timeout: '10s' } } },
      },
    },
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveProbes: 3, keepaliveTime: 10, keepaliveInterval: 10 } },
    transportSocket: {
      name: 'envoy.transport_sockets.tls',
      typedConfig: {
        '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
        ...(isIP(host) ? {} : { sni: host }),
        commonTlsContext: {
          tlsParams: { tlsMinimumProtocolVersion: 'TLSv1_2' },
          alpnProtocols: ['h2'],
          validationContextSdsSecretConfig: { name: 'cp_validation_ctx' },
        },
      },
    },
  };
}

/** Envoy always verifies the control plane: its CA, and that the certificate names the host it dials. */
function trust({ host, trusts }: XdsAddress): JsonObject {
  const sanType = isIP(host) ? 'IP_ADDRESS' : 'DNS';
  return {
    name: 'cp_validation_ctx',
    validationContext: {
      trustedCa: { inlineString: trusts.pem },
      matchTypedSubjectAltNames: [{ sanType, matcher: { exact: host } }],
    },
  };
}
