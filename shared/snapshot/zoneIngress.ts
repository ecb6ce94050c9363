import { resolved } from '../resource/resolved.ts';
import type { ZoneIngressSpec } from '../resource/zoneingress/spec.ts';
import type { ServiceIndex } from '../view/services.ts';
import type { View } from '../view/view.ts';
import { edsCluster } from '../xds/cluster.ts';
import { directResponseFilter } from '../xds/filters.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { zoneProxyClusterName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { addAdmin } from './admin.ts';
import { endpointSource } from './endpointSource.ts';
import type { SnapshotInput } from './input.ts';
import type { Memo } from './memo.ts';
import { routedSubsets, type Subset } from './routedSubsets.ts';
import { SniChains, sniListener, ZONE_PROXY_CONNECT_TIMEOUT, type ZoneProxyUse } from './sniRouting.ts';

/** Adds the way from other zones to the inbounds of this one. */
export function addZoneIngress(
  set: ResourceSet,
  input: SnapshotInput,
  indexes: readonly ServiceIndex[],
  memo: Memo,
  use: ZoneProxyUse,
): void {
  const { view, proxy, settings } = input;
  const ingress = view.get({ type: 'ZoneIngress', mesh: '', name: proxy.name }, settings.zone)?.resource;
  if (!ingress) return;
  const { networking } = resolved(ingress).spec as ZoneIngressSpec;
  const chains = new SniChains(memo);
  for (const index of indexes) addMesh(set, view, index, chains, memo, use);
  const { all } = chains;
  const idle = { filters: [directResponseFilter(JSON.stringify({ proxy: proxy.id, zone: settings.zone }))] };
  const listener = sniListener(networking, all.length > 0 ? all : [idle]);
  set.put('listener', listener.name as string, listener);
  addAdmin(set, input, networking, memo);
}

function addMesh(
  set: ResourceSet,
  view: View,
  { mesh, services }: ServiceIndex,
  chains: SniChains,
  memo: Memo,
  use: ZoneProxyUse,
): void {
  const subsets = routedSubsets(view, mesh);
  for (const service of services.values()) {
    if (!service.local) continue;
    const name = zoneProxyClusterName(mesh, service.name);
    const mine = subsets.get(service.name) ?? [];
    for (const tags of [{}, ...mine]) chains.add({ mesh, service: service.name, tags, cluster: name, among: tags });
    set.put(
      'cluster',
      name,
      memo.of(`ingress cluster|${name}|${JSON.stringify(mine)}`, () => clusterOf(name, mine)),
    );
    use.sources.set(name, endpointSource(name, mesh, service.name, {}, 'local'));
  }
}

function clusterOf(name: string, subsets: readonly Subset[]): ClusterJson {
  const cluster = edsCluster(name, ZONE_PROXY_CONNECT_TIMEOUT);
  const keySets = new Map(subsets.map((tags) => [Object.keys(tags).sort().join(), Object.keys(tags).sort()]));
  if (keySets.size === 0) return cluster;
  const sorted = [...keySets].sort(([a], [b]) => (a < b ? -1 : 1));
  cluster.lbSubsetConfig = {
    fallbackPolicy: 'ANY_ENDPOINT',
    subsetSelectors: sorted.map(([, keys]) => ({ keys, fallbackPolicy: 'NO_FALLBACK' })),
  };
  return cluster;
}
