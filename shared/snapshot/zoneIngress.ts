import type { ZoneIngressSpec } from '../resource/zoneingress/spec.ts';
import type { ServiceIndex } from '../view/services.ts';
import type { View } from '../view/view.ts';
import { edsCluster } from '../xds/cluster.ts';
import { directResponseFilter, tcpProxy, tcpProxyFilter, tlsInspector } from '../xds/filters.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { FilterChainJson } from '../xds/gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import { inboundListener } from '../xds/listener.ts';
import { ingressClusterName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { tagSni } from '../xds/sni.ts';
import { addAdmin } from './admin.ts';
import { type EndpointSource, endpointSource } from './endpointSource.ts';
import type { SnapshotInput } from './input.ts';
import type { Memo } from './memo.ts';
import { routedSubsets, type Subset } from './routedSubsets.ts';

const CONNECT_TIMEOUT = '10s';

/** What a zone ingress was made from, for keeping it up to date. */
export interface IngressUse {
  readonly sources: Map<string, EndpointSource>;
}

/**
 * Adds the ingress' one listener: it looks at the SNI of mesh mTLS and passes the connection on to an inbound of this
 * zone without opening it (policies §5.9). A connection with an SNI that nobody here serves is closed.
 */
export function addZoneIngress(
  set: ResourceSet,
  input: SnapshotInput,
  indexes: readonly ServiceIndex[],
  memo: Memo,
  use: IngressUse,
): void {
  const { view, proxy, settings } = input;
  const spec = view.get({ type: 'ZoneIngress', mesh: '', name: proxy.name }, settings.zone)?.resource.spec as
    | ZoneIngressSpec
    | undefined;
  if (!spec) return;
  const { address, port } = spec.networking;
  const chains = new Map<string, FilterChainJson>();
  for (const index of indexes) addMesh(set, view, index, chains, memo, use);
  const sorted = [...chains].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chain]) => chain);
  const idle = { filters: [directResponseFilter(JSON.stringify({ proxy: proxy.id, zone: settings.zone }))] };
  const listener = inboundListener({
    address,
    port,
    tags: {},
    bind: true,
    filterChains: sorted.length > 0 ? sorted : [idle],
  });
  listener.listenerFilters = [tlsInspector()];
  set.put('listener', listener.name as string, listener);
  addAdmin(set, proxy.metadata, address, memo);
}

function addMesh(
  set: ResourceSet,
  view: View,
  { mesh, services }: ServiceIndex,
  chains: Map<string, FilterChainJson>,
  memo: Memo,
  use: IngressUse,
): void {
  const subsets = routedSubsets(view, mesh);
  for (const service of services.values()) {
    if (!service.local) continue;
    const name = ingressClusterName(mesh, service.name);
    const mine = subsets.get(service.name) ?? [];
    for (const tags of [{}, ...mine]) {
      // Envoy knows a connection's SNI in lower case only
      const sni = tagSni(service.name, mesh, tags).toLowerCase();
      const key = `ingress chain|${name}|${sni}|${JSON.stringify(tags)}`;
      if (!chains.has(sni))
        chains.set(
          sni,
          memo.of(key, () => chainTo(name, sni, tags)),
        );
    }
    set.put(
      'cluster',
      name,
      memo.of(`ingress cluster|${name}|${JSON.stringify(mine)}`, () => clusterOf(name, mine)),
    );
    use.sources.set(name, endpointSource(name, mesh, service.name, {}, true));
  }
}

function chainTo(cluster: string, sni: string, tags: Subset): FilterChainJson {
  const proxy = tcpProxy(cluster, cluster);
  if (Object.keys(tags).length > 0) proxy.metadataMatch = { filterMetadata: { 'envoy.lb': { ...tags } } };
  return { filterChainMatch: { transportProtocol: 'tls', serverNames: [sni] }, filters: [tcpProxyFilter(proxy)] };
}

function clusterOf(name: string, subsets: readonly Subset[]): ClusterJson {
  const cluster = edsCluster(name, CONNECT_TIMEOUT);
  const keySets = new Map(subsets.map((tags) => [Object.keys(tags).sort().join(), Object.keys(tags).sort()]));
  if (keySets.size === 0) return cluster;
  const sorted = [...keySets].sort(([a], [b]) => (a < b ? -1 : 1));
  cluster.lbSubsetConfig = {
    fallbackPolicy: 'ANY_ENDPOINT',
    subsetSelectors: sorted.map(([, keys]) => ({ keys, fallbackPolicy: 'NO_FALLBACK' })),
  };
  return cluster;
}
