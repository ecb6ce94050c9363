import { type Application, isGuarded, type MetricsEndpoint } from '../resource/mesh/metrics.ts';
import { sectionName } from '../resource/dataplane/spec.ts';
import { isIpAddress } from '../resource/address.ts';
import { SERVICE_TAG } from '../resource/tags.ts';
import { pipeAddress, tcpAddress } from '../xds/address.ts';
import { staticCluster } from '../xds/cluster.ts';
import { hcmFilter, httpConnectionManager, routesOverRds } from '../xds/filters.ts';
import type { AddressJson } from '../xds/gen/envoy/config/core/v3/address_pb.d.ts';
import type { HeaderValueOptionJson } from '../xds/gen/envoy/config/core/v3/base_pb.d.ts';
import type { FilterChainMatchJson } from '../xds/gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { RouteConfigurationJson } from '../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import { APPLICATIONS_HEADER, MERGED_METRICS_FEATURE, mergedMetricsSocket } from '../xds/mergedMetrics.ts';
import { METRICS_CLUSTER_NAME, METRICS_LISTENER_NAME } from '../xds/names.ts';
import type { InboundChain, InboundResources } from '../xds/parts.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { type CertificateFiles, downstreamMeshTls, downstreamTls } from '../xds/tls.ts';
import { adminAddress } from './admin.ts';
import { effectContext, type Lookups } from './lookups.ts';
import type { MeshFacts } from './meshFacts.ts';
import type { Sidecar } from './sidecar.ts';
import { builtPart, type Variant } from './variants.ts';

const CONNECT_TIMEOUT = '5s';

/**
 * Adds the listener that Prometheus scrapes, with Envoy's own statistics behind it, and nothing else of its admin API. Where there
 * are applications to be merged in, and a process beside Envoy that does it, that one stands between.
 */
export function addMetrics(set: ResourceSet, sidecar: Sidecar, services: Set<string>): void {
  const { proxy, mesh, policies, dataplane, metrics, memo } = sidecar;
  const admin = adminAddress(proxy.metadata);
  if (!metrics || !admin) return;
  const certificate = proxy.metadata.metricsCertificate;
  const rules = policies.inboundId(sectionName(metrics.inbound));
  const merger = mergerOf(sidecar, metrics.endpoint);
  const inputs = JSON.stringify([mesh.zone, mesh.name, mesh.mtls, rules, metrics.endpoint, admin, certificate, merger]);
  const variants = memo.from<Variant<InboundResources>[]>(dataplane, 'metrics', () => []);
  const { lookups, part } = builtPart(variants, inputs, mesh, (l) =>
    build(sidecar, metrics, merger ?? { address: admin }, l),
  );
  set.put('cluster', METRICS_CLUSTER_NAME, part.cluster);
  if (part.routes) set.put('route', METRICS_LISTENER_NAME, part.routes);
  set.put('listener', METRICS_LISTENER_NAME, part.listener);
  for (const service of lookups.protocols.keys()) services.add(service);
}

function build(
  { proxy, mesh, policies, dataplane }: Sidecar,
  { endpoint, inbound }: NonNullable<Sidecar['metrics']>,
  source: Source,
  lookups: Lookups,
): InboundResources {
  const { address } = dataplane.spec.networking;
  const routes = statsRoutes(endpoint, source);
  const chains =
    mesh.mtls && isGuarded(endpoint)
      ? guardedChains(mesh, address, routes)
      : [openChain(endpoint, proxy.metadata.metricsCertificate, routes)];
  const made: InboundResources = {
    sectionName: sectionName(inbound),
    service: endpoint.tags[SERVICE_TAG] ?? '',
    protocol: 'http',
    tags: endpoint.tags,
    chains,
    routes,
    listener: {
      name: METRICS_LISTENER_NAME,
      trafficDirection: 'INBOUND',
      address: tcpAddress(address, endpoint.port),
      filterChains: chains.map(({ filterChain }) => filterChain),
    },
    cluster: staticCluster(METRICS_CLUSTER_NAME, [source.address], CONNECT_TIMEOUT),
  };
  policies.inbound(made, effectContext(mesh, lookups));
  return made;
}

/** Who answers a scrape. */
interface Source {
  readonly address: AddressJson;
  /** URLs of the applications whose metrics it merges in. */
  readonly applications?: readonly string[];
}

/** The process that runs the proxy, where it is needed and able to. */
function mergerOf({ proxy, dataplane }: Sidecar, { aggregate }: MetricsEndpoint): Source | undefined {
  const { features, workdir } = proxy.metadata;
  if (aggregate.length === 0 || !features.includes(MERGED_METRICS_FEATURE)) return undefined;
  return {
    address: pipeAddress(mergedMetricsSocket(workdir, proxy.mesh, proxy.name)),
    applications: aggregate.map((one) => urlOf(one, dataplane.spec.networking.address)),
  };
}

function urlOf({ address = '', port = 0, path = '' }: Application, own: string): string {
  const host = address || own;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${path.replaceAll(' ', '%20')}`;
}

/** With a certificate that the proxy was started with, where the mesh says so; a proxy without one answers in plain text, as in Kuma. */
function openChain(
  { tls }: MetricsEndpoint,
  certificate: CertificateFiles | undefined,
  routes: RouteConfigurationJson,
): InboundChain {
  const made = chain(routes, false);
  if (tls?.mode === 'providedTLS' && certificate) made.filterChain.transportSocket = downstreamTls(certificate);
  return made;
}

/** From the proxy's own address no certificate is asked for: a Prometheus beside the proxy has none. */
function guardedChains(mesh: MeshFacts, address: string, routes: RouteConfigurationJson): InboundChain[] {
  const guarded = chain(routes, true);
  guarded.filterChain.transportSocket = downstreamMeshTls(mesh.name);
  if (!isIpAddress(address)) return [guarded];
  const prefixLen = address.includes(':') ? 128 : 32;
  return [chain(routes, false, { sourcePrefixRanges: [{ addressPrefix: address, prefixLen }] }), guarded];
}

function chain(routes: RouteConfigurationJson, mtls: boolean, match?: FilterChainMatchJson): InboundChain {
  const hcm = httpConnectionManager(METRICS_LISTENER_NAME, 'http');
  routesOverRds(hcm, routes);
  return { mtls, hcm, filterChain: { ...(match && { filterChainMatch: match }), filters: [hcmFilter(hcm)] } };
}

function statsRoutes({ path, envoy }: MetricsEndpoint, { applications }: Source): RouteConfigurationJson {
  const query = [
    ...(envoy?.filterRegex ? [`filter=${encodeURIComponent(envoy.filterRegex)}`] : []),
    ...(envoy?.usedOnly ? ['usedonly'] : []),
  ].join('&');
  const prefixRewrite = `/stats/prometheus${query && `?${query}`}`;
  const match = { path, headers: [{ name: ':method', stringMatch: { exact: 'GET' } }] };
  return {
    name: METRICS_LISTENER_NAME,
    validateClusters: false,
    virtualHosts: [
      {
        name: METRICS_LISTENER_NAME,
        domains: ['*'],
        routes: [
          {
            match,
            route: { cluster: METRICS_CLUSTER_NAME, prefixRewrite },
            ...(applications && { requestHeadersToAdd: [applicationsHeader(applications)] }),
          },
        ],
      },
    ],
  };
}

/** Whatever the one who scrapes says there is overwritten. Envoy takes `%` for the beginning of a command. */
function applicationsHeader(applications: readonly string[]): HeaderValueOptionJson {
  return {
    header: { key: APPLICATIONS_HEADER, value: applications.join(' ').replaceAll('%', '%%') },
    appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD',
  };
}
