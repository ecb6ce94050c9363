import { resolved } from '../resource/resolved.ts';
import type { ZoneEgressSpec } from '../resource/zoneegress/spec.ts';
import type { ServiceIndex } from '../view/services.ts';
import type { View } from '../view/view.ts';
import { edsCluster } from '../xds/cluster.ts';
import { outboundClusterName, zoneProxyClusterName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { addAdmin } from './admin.ts';
import { endpointSource } from './endpointSource.ts';
import type { SnapshotInput } from './input.ts';
import type { Memo } from './memo.ts';
import { routedSubsets } from './routedSubsets.ts';
import { SniChains, sniListener, ZONE_PROXY_CONNECT_TIMEOUT, type ZoneProxyUse } from './sniRouting.ts';

/**
 * Adds the way from the sidecars of this zone to the ingresses of the others, for meshes that route through the egress. With
 * nothing to pass on there is no listener, so callers are refused at once.
 */
export function addZoneEgress(
  set: ResourceSet,
  input: SnapshotInput,
  indexes: readonly ServiceIndex[],
  memo: Memo,
  use: ZoneProxyUse,
): void {
  const { view, proxy, settings } = input;
  const egress = view.get({ type: 'ZoneEgress', mesh: '', name: proxy.name }, settings.zone)?.resource;
  if (!egress) return;
  const { networking } = resolved(egress).spec as ZoneEgressSpec;
  const chains = new SniChains(memo);
  for (const index of indexes) addMesh(set, view, index, chains, memo, use);
  const { all } = chains;
  if (all.length > 0) {
    const listener = sniListener(networking, all);
    set.put('listener', listener.name as string, listener);
  }
  addAdmin(set, input, networking, memo);
}

/**
 * A part of a service has a cluster of its own, not a subset of the service's: an ingress that offers several versions is one address,
 * and of equal addresses in a cluster Envoy keeps one, with one version's tags.
 */
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
    if (!service.throughEgress) continue;
    for (const tags of [{}, ...(subsets.get(service.name) ?? [])]) {
      const name = zoneProxyClusterName(mesh, outboundClusterName(service.name, tags));
      chains.add({ mesh, service: service.name, tags, cluster: name, among: {} });
      set.put(
        'cluster',
        name,
        memo.of(`egress cluster|${name}`, () => edsCluster(name, ZONE_PROXY_CONNECT_TIMEOUT)),
      );
      use.sources.set(name, endpointSource(name, mesh, service.name, tags, 'remote'));
    }
  }
}
