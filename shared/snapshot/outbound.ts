import { outboundListener } from '../xds/listener.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { destinationsOf } from './destination.ts';
import type { EndpointSource } from './endpointSource.ts';
import type { Sidecar } from './sidecar.ts';

/** What the outbounds of a proxy were made from, for keeping them up to date. */
export interface OutboundUse {
  /** Cluster → where its endpoints come from. */
  readonly sources: Map<string, EndpointSource>;
  /** Services whose protocol, or absence, shaped something. */
  readonly services: Set<string>;
}

/** Adds listener, routes and clusters of every outbound. A cluster that only a split uses gives way to the service's own. */
export function addOutbounds(set: ResourceSet, sidecar: Sidecar, use: OutboundUse): void {
  const { mesh, policies, memo } = sidecar;
  const destinationOf = destinationsOf(mesh, policies, memo);
  const own = new Set<string>();
  for (const outbound of sidecar.outbounds) {
    const destination = destinationOf(outbound);
    const listener = memo.from(destination.listener, outbound.place, () =>
      outboundListener(destination.listener, outbound),
    );
    set.put('listener', listener.name as string, listener);
    if (destination.routes) set.put('route', destination.routes.name as string, destination.routes);
    for (const [place, { name, cluster, source }] of destination.clusters.entries()) {
      if (place === 0) own.add(name);
      else if (own.has(name)) continue;
      set.put('cluster', name, cluster);
      use.sources.set(name, source);
    }
    for (const service of destination.services) use.services.add(service);
  }
}
