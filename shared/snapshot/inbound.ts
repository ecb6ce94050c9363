import { type Inbound, sectionName } from '../resource/dataplane/spec.ts';
import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import { dialFrom, speak, staticCluster } from '../xds/cluster.ts';
import {
  hcmFilter,
  httpConnectionManager,
  routesOverRds,
  tcpProxy,
  tcpProxyFilter,
  tlsInspector,
} from '../xds/filters.ts';
import type { FilterChainMatchJson } from '../xds/gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { RouteConfigurationJson } from '../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from '../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import { inboundListener } from '../xds/listener.ts';
import { inboundListenerName, inboundRouteName } from '../xds/names.ts';
import { type InboundChain, type InboundResources, isHttp, type Protocol } from '../xds/parts.ts';
import { parseProtocol } from '../xds/protocol.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { routesTo } from '../xds/routes.ts';
import { downstreamMeshTls, MESH_ALPN } from '../xds/tls.ts';
import { applicationOf } from './application.ts';
import type { MeshFacts } from './meshFacts.ts';
import { effectContext, type Lookups } from './lookups.ts';
import type { Sidecar } from './sidecar.ts';
import { builtPart, interned, type Variant } from './variants.ts';

/** Default of MeshTimeout's `connectionTimeout` for inbounds. */
const CONNECT_TIMEOUT = '10s';

/** Adds listener, routes and local cluster of every inbound. Returns the services whose protocol shaped something. */
export function addInbounds(set: ResourceSet, sidecar: Sidecar, services: Set<string>): void {
  const { networking } = sidecar.dataplane.spec;
  const routeNames = new Set<string>();
  for (const inbound of networking.inbound ?? []) {
    if (inbound.port === SERVICELESS_PORT) continue;
    const { lookups, part } = inboundPart(sidecar, inbound, routeName(sidecar, inbound, routeNames));
    set.put('listener', part.listener.name as string, part.listener);
    if (part.routes) set.put('route', part.routes.name as string, part.routes);
    set.put('cluster', part.cluster.name as string, part.cluster);
    for (const service of lookups.protocols.keys()) services.add(service);
  }
}

/** Kuma's name; two inbounds of one service lead to different ports, so the second is named by its listener. */
function routeName(sidecar: Sidecar, inbound: Inbound, taken: Set<string>): string {
  const service = inbound.tags?.['kuma.io/service'];
  const listener = inboundListenerName(addressOf(sidecar, inbound), inbound.port);
  const name = service && !taken.has(inboundRouteName(service)) ? inboundRouteName(service) : listener;
  taken.add(name);
  return name;
}

function addressOf({ dataplane }: Sidecar, inbound: Inbound): string {
  return inbound.address ?? dataplane.spec.networking.address;
}

function inboundPart(sidecar: Sidecar, inbound: Inbound, routes: string) {
  const { memo, mesh, policies, redirect } = sidecar;
  const rules = policies.inboundId(sectionName(inbound));
  const inputs = `${mesh.zone}|${mesh.name}|${mesh.mtls}|${rules}|${redirect !== undefined}|${addressOf(sidecar, inbound)}|${routes}`;
  const variants = memo.from<Variant<InboundResources>[]>(inbound, 'inbound', () => []);
  return builtPart(variants, inputs, mesh, (lookups) => buildInbound(sidecar, inbound, routes, lookups));
}

function buildInbound(sidecar: Sidecar, inbound: Inbound, routeName: string, lookups: Lookups): InboundResources {
  const { mesh, memo, policies, redirect } = sidecar;
  const address = addressOf(sidecar, inbound);
  const tags = inbound.tags ?? {};
  const service = tags['kuma.io/service'] ?? '';
  const protocol = parseProtocol(inbound.protocol ?? tags['kuma.io/protocol']);
  const cluster = localCluster(inbound, address, protocol, redirect !== undefined);
  const name = cluster.name as string;
  const routes = isHttp(protocol) ? inboundRoutes(name, routeName, service || routeName) : undefined;
  const raw = () => ({ tcpProxy: tcpProxy(name, name) });
  const chains = inboundChains(mesh, raw, routes ? (mtls) => ({ hcm: inboundHcm(name, protocol, routes, mtls) }) : raw);
  const listener = inboundListener({
    address,
    port: inbound.port,
    tags,
    bind: !redirect,
    filterChains: chains.map((c) => c.filterChain),
  });
  if (mesh.mtls === 'PERMISSIVE') listener.listenerFilters = [tlsInspector()];
  const made: InboundResources = {
    sectionName: sectionName(inbound),
    service,
    protocol,
    tags,
    listener,
    chains,
    cluster,
    ...(routes ? { routes } : {}),
  };
  policies.inbound(made, effectContext(mesh, lookups));
  return {
    ...made,
    cluster: interned(memo, 'cluster', name, cluster),
    ...(routes ? { routes: interned(memo, 'routes', routeName, routes) } : {}),
  };
}

function localCluster(inbound: Inbound, address: string, protocol: Protocol, redirected: boolean): ClusterJson {
  const application = applicationOf(inbound, address, redirected);
  const cluster = staticCluster(application.cluster, [application.address], CONNECT_TIMEOUT);
  if (protocol === 'http') speak(cluster, 'http1');
  else if (isHttp(protocol)) speak(cluster, 'http2');
  if (application.source) dialFrom(cluster, application.source);
  return cluster;
}

function inboundRoutes(cluster: string, name: string, virtualHost: string): RouteConfigurationJson {
  return { ...routesTo(cluster, name, virtualHost), requestHeadersToRemove: ['x-kuma-tags'] };
}

type Filters = Pick<InboundChain, 'hcm' | 'tcpProxy'>;

/**
 * STRICT: mesh mTLS only. PERMISSIVE: plain text, an application's own TLS passed through as it is, and mesh mTLS, told
 * apart by the first bytes. Without mesh mTLS: plain text.
 */
function inboundChains(mesh: MeshFacts, raw: () => Filters, filters: (mtls: boolean) => Filters): InboundChain[] {
  if (!mesh.mtls) return [chain(filters(false))];
  const secure = (match?: FilterChainMatchJson): InboundChain => {
    const made = chain(filters(true), match);
    made.filterChain.transportSocket = downstreamMeshTls(mesh.name);
    return { ...made, mtls: true };
  };
  if (mesh.mtls === 'STRICT') return [secure()];
  return [
    chain(filters(false), { transportProtocol: 'raw_buffer' }),
    chain(raw(), { transportProtocol: 'tls' }),
    secure({ transportProtocol: 'tls', applicationProtocols: [MESH_ALPN] }),
  ];
}

function chain({ hcm, tcpProxy: proxy }: Filters, match?: FilterChainMatchJson): InboundChain {
  const filters = [...(hcm ? [hcmFilter(hcm)] : []), ...(proxy ? [tcpProxyFilter(proxy)] : [])];
  const filterChain = { ...(match ? { filterChainMatch: match } : {}), filters };
  return { mtls: false, filterChain, ...(hcm ? { hcm } : {}), ...(proxy ? { tcpProxy: proxy } : {}) };
}

function inboundHcm(
  cluster: string,
  protocol: Protocol,
  routes: RouteConfigurationJson,
  mtls: boolean,
): HttpConnectionManagerJson {
  const hcm = httpConnectionManager(cluster, protocol);
  hcm.internalAddressConfig = {
    cidrRanges: [
      { addressPrefix: '127.0.0.1', prefixLen: 32 },
      { addressPrefix: '::1', prefixLen: 128 },
    ],
  };
  if (mtls) {
    hcm.forwardClientCertDetails = 'SANITIZE_SET';
    hcm.setCurrentClientCertDetails = { uri: true };
  }
  routesOverRds(hcm, routes);
  return hcm;
}
