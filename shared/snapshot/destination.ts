import { hcmFilter, httpConnectionManager, routesOverRds, tcpProxy, tcpProxyFilter } from '../xds/filters.ts';
import type { RouteConfigurationJson } from '../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { type OutboundTemplate, outboundTemplate } from '../xds/listener.ts';
import { outboundRouteName } from '../xds/names.ts';
import { isHttp, type OutboundResources } from '../xds/parts.ts';
import { routesTo } from '../xds/routes.ts';
import { endpointSource, type EndpointSource } from './endpointSource.ts';
import { effectContext, type Lookups } from './lookups.ts';
import type { MeshFacts } from './meshFacts.ts';
import { Memo } from './memo.ts';
import type { OutboundAddress } from './outbounds.ts';
import type { ProxyPolicies } from './policies.ts';
import { builtPart, interned, type Variant } from './variants.ts';

/** A service, or a part of it, as an outbound offers it at any address: built once for all proxies with the same rules. */
interface Destination {
  readonly listener: OutboundTemplate;
  readonly routes?: RouteConfigurationJson;
  /** Its own first, then those of splits. */
  readonly clusters: readonly DestinationCluster[];
  /** Services whose protocol, or absence, shaped it. */
  readonly services: Iterable<string>;
}

interface DestinationCluster {
  readonly name: string;
  readonly cluster: ClusterJson;
  readonly source: EndpointSource;
}

/** What is known of destinations under the same rules; more than a mesh has services. */
const REMEMBERED = 5_000;

/** The destinations of a mesh under the same outbound rules. */
export interface Destinations {
  /** Remembers what follows from them. */
  readonly memo: Memo;
  of(outbound: OutboundAddress, mesh: MeshFacts): Destination;
}

/** Those under a proxy's outbound rules; whoever keeps what they gave should keep them. */
export function destinationsOf(mesh: MeshFacts, policies: ProxyPolicies, memo: Memo): Destinations {
  const place = `destinations|${mesh.zone}|${mesh.name}|${mesh.mtls}|${mesh.zoneEgress}|`;
  // Named once: the name of all rules is long.
  const { name } = memo.from(policies, place, () => ({ name: place + policies.outboundId }));
  return memo.whileUsed(name, () => {
    const known = new Memo(REMEMBERED);
    return {
      memo: known,
      of: ({ destination, service, tags }, facts) => {
        const variants = known.of<Variant<Destination>[]>(destination, () => []);
        return builtPart(variants, '', facts, (lookups) => build(facts, policies, { service, tags }, lookups, memo))
          .part;
      },
    };
  });
}

function build(
  mesh: MeshFacts,
  policies: ProxyPolicies,
  { service, tags }: Pick<OutboundAddress, 'service' | 'tags'>,
  lookups: Lookups,
  memo: Memo,
): Destination {
  const made = base(service, tags, lookups);
  policies.outbound(made, effectContext(mesh, lookups));
  const clusters = made.clusters.map((one): DestinationCluster => {
    const name = one.cluster.name as string;
    const { service, tags } = lookups.clusters.get(name) ?? { service: one.service, tags: {} };
    const source = interned(memo, 'source', name, endpointSource(name, mesh.name, service, tags));
    return { name, cluster: interned(memo, 'cluster', name, one.cluster), source };
  });
  const id = clusters[0]?.name ?? service;
  return {
    clusters,
    listener: interned(memo, 'outbound', id, made.listener),
    ...(made.routes ? { routes: interned(memo, 'routes', id, made.routes) } : {}),
    services: lookups.protocols.keys().toArray(),
  };
}

/** Before any policy: everything goes to the service's own cluster. */
function base(service: string, tags: OutboundAddress['tags'], lookups: Lookups): OutboundResources {
  const protocol = lookups.protocol(service) ?? 'tcp';
  const cluster = lookups.cluster(service, tags, protocol);
  const name = cluster.name as string;
  const common = { service, protocol, clusters: [{ service, protocol, cluster }] };
  const listen = (filter: object) => outboundTemplate({ 'kuma.io/service': service, ...tags }, [{ filters: [filter] }]);
  if (!isHttp(protocol)) {
    const proxy = tcpProxy(service, name);
    return { ...common, listener: listen(tcpProxyFilter(proxy)), tcpProxy: proxy };
  }
  const routes = routesTo(name, outboundRouteName(name), service);
  const hcm = httpConnectionManager(service, protocol);
  hcm.normalizePath = true;
  routesOverRds(hcm, routes);
  return { ...common, listener: listen(hcmFilter(hcm)), hcm, routes };
}
