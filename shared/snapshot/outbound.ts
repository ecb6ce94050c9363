import { isHttp, type OutboundCluster, type OutboundResources } from '../xds/parts.ts';
import { hcmFilter, httpConnectionManager, routesOverRds, tcpProxy, tcpProxyFilter } from '../xds/filters.ts';
import { outboundListener } from '../xds/listener.ts';
import { outboundRouteName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { routesTo } from '../xds/routes.ts';
import type { EndpointSource } from './endpointSource.ts';
import type { OutboundAddress } from './outbounds.ts';
import { effectContext, type Lookups } from './serviceCluster.ts';
import type { Sidecar } from './sidecar.ts';
import { builtPart, interned } from './variants.ts';

/** What the outbounds of a proxy were made from, for keeping them up to date. */
export interface OutboundUse {
  /** Cluster → where its endpoints come from. */
  readonly sources: Map<string, EndpointSource>;
  /** Services whose protocol, or absence, shaped something. */
  readonly services: Set<string>;
}

/** Adds listener, routes and clusters of every outbound. A cluster that only a split uses gives way to the service's own. */
export function addOutbounds(set: ResourceSet, sidecar: Sidecar, use: OutboundUse): void {
  const own = new Set<string>();
  for (const address of sidecar.outbounds) {
    const { lookups, part } = outboundPart(sidecar, address);
    set.put('listener', part.listener.name as string, part.listener);
    if (part.routes) set.put('route', part.routes.name as string, part.routes);
    for (const [place, { cluster, service }] of part.clusters.entries()) {
      const name = cluster.name as string;
      if (place === 0) own.add(name);
      else if (own.has(name)) continue;
      set.put('cluster', name, cluster);
      use.sources.set(name, { mesh: sidecar.mesh.name, tags: {}, service, ...lookups.clusters.get(name) });
    }
    for (const service of lookups.protocols.keys()) use.services.add(service);
  }
}

function outboundPart(sidecar: Sidecar, outbound: OutboundAddress) {
  const { memo, mesh, id, policies } = sidecar;
  const { address, port, service, tags, bind } = outbound;
  const key = `outbound|${id}|${policies.outboundId}|${address}|${port}|${bind}|${service}|${JSON.stringify(tags)}`;
  return builtPart(memo, key, mesh, (lookups) => buildOutbound(sidecar, outbound, lookups));
}

function buildOutbound(sidecar: Sidecar, outbound: OutboundAddress, lookups: Lookups): OutboundResources {
  const { memo, policies } = sidecar;
  const made = baseOutbound(outbound, lookups);
  policies.outbound(made, effectContext(sidecar, lookups));
  const clusters = made.clusters.map((c): OutboundCluster => ({ ...c, cluster: interned(memo, 'cluster', c.cluster) }));
  const routes = made.routes && interned(memo, 'routes', made.routes);
  return { ...made, clusters, ...(routes ? { routes } : {}) };
}

/** An outbound before any policy: everything goes to the service's own cluster. */
function baseOutbound({ address, port, service, tags, bind }: OutboundAddress, lookups: Lookups): OutboundResources {
  const protocol = lookups.protocol(service) ?? 'tcp';
  const cluster = lookups.cluster(service, tags, protocol);
  const name = cluster.name as string;
  const common = { service, protocol, clusters: [{ service, protocol, cluster }] };
  const listen = (filter: object) =>
    outboundListener({
      address,
      port,
      bind,
      tags: { 'kuma.io/service': service, ...tags },
      filterChains: [{ filters: [filter] }],
    });
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
