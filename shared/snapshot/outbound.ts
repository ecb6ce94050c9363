import { outboundListener } from '../xds/listener.ts';
import { hasSame, type Layered, layered, ResourceSet } from '../xds/resourceSet.ts';
import { type Destinations, destinationsOf } from './destination.ts';
import type { EndpointSource } from './endpointSource.ts';
import { sourcesOf } from './endpoints.ts';
import type { Lookups } from './lookups.ts';
import type { MeshFacts } from './meshFacts.ts';
import type { Memo } from './memo.ts';
import type { OutboundAddress } from './outbounds.ts';
import type { Sidecar } from './sidecar.ts';
import { builtPart, type Variant } from './variants.ts';

/** Listeners, routes and clusters of all outbounds of a proxy. Proxies with the same outbounds and the same rules share it. */
export interface OutboundPart extends Layered {
  /** EDS resource → where its endpoints come from, sorted. */
  readonly sources: ReadonlyMap<string, EndpointSource>;
  /** Services whose protocol, or absence, shaped something. */
  readonly services: ReadonlySet<string>;
  /** Known as long as somebody has this. */
  readonly destinations: Destinations;
}

/** Builds it once for all who share it, and again when a service that it looked up is another. */
export function outboundPart({ mesh, policies, outbounds, memo }: Sidecar): OutboundPart {
  const destinations = destinationsOf(mesh, policies, memo);
  const variants = destinations.memo.from<Variant<OutboundPart>[]>(outbounds, 'part', () => []);
  return builtPart(variants, '', mesh, (lookups) => {
    const newest = memo.from<{ part?: OutboundPart }>(outbounds, 'newest', () => ({}));
    newest.part = build(outbounds, destinations, mesh, lookups, memo, newest.part);
    return newest.part;
  }).part;
}

function build(
  outbounds: readonly OutboundAddress[],
  destinations: Destinations,
  mesh: MeshFacts,
  lookups: Lookups,
  memo: Memo,
  before: OutboundPart | undefined,
): OutboundPart {
  const set = new ResourceSet();
  const sources = new Map<string, EndpointSource>();
  const services = new Set<string>();
  const own = new Set<string>();
  for (const outbound of outbounds) {
    const destination = destinations.of(outbound, mesh);
    const listener = memo.from(destination.listener, outbound.place, () =>
      outboundListener(destination.listener, outbound),
    );
    set.put('listener', listener.name as string, listener);
    if (destination.routes) set.put('route', destination.routes.name as string, destination.routes);
    for (const [place, { name, cluster, source }] of destination.clusters.entries()) {
      // A cluster that only a split uses gives way to the service's own.
      if (place === 0) own.add(name);
      else if (own.has(name)) continue;
      set.put('cluster', name, cluster);
      sources.set(name, source);
    }
    for (const service of destination.services) services.add(service);
  }
  // Asked once more, so that the whole holds as long as each destination does.
  for (const service of services) lookups.protocol(service);
  const endpoints = sourcesOf(set, sources, mesh.name);
  return {
    ...layered(set.layers(), before),
    sources: before && hasSame(before.sources, endpoints) ? before.sources : endpoints,
    services,
    destinations,
  };
}
