import { edsName } from '../xds/cluster.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { XdsResource } from '../xds/snapshot.ts';
import { endpointsOf, type EndpointSource, endpointSource } from './endpointSource.ts';
import type { Indexes } from './indexChanges.ts';
import type { Memo } from './memo.ts';

/** EDS resource → where its endpoints come from, sorted. Proxies may share one object. */
type Sources = ReadonlyMap<string, EndpointSource>;

/**
 * A source for every EDS cluster, also one that a policy put there: that has the endpoints of the service of its name.
 * @param mesh of such a service
 */
export function sourcesOf(set: ResourceSet, known: Sources, mesh: string): Sources {
  const names = set.names('cluster').flatMap((name) => edsName(set.get('cluster', name) as ClusterJson) ?? []);
  return new Map([...new Set(names)].sort().map((name) => [name, known.get(name) ?? endpointSource(name, mesh, name)]));
}

interface Made {
  readonly indexes: Indexes;
  readonly endpoints: ReadonlyMap<string, XdsResource>;
}

const newest = new WeakMap<Sources, Made>();

/** The endpoints of all sources: one map for all proxies that have these, the same as before where the services have the same ones. */
export function endpointsOfAll(sources: Sources, indexes: Indexes, memo: Memo): Made['endpoints'] {
  const before = newest.get(sources);
  if (before && isOf(indexes, before.indexes)) return before.endpoints;
  const endpoints = regenerated(sources, indexes, before, memo);
  newest.set(sources, { indexes, endpoints });
  return endpoints;
}

function regenerated(sources: Sources, indexes: Indexes, before: Made | undefined, memo: Memo): Made['endpoints'] {
  const endpoints = new Map(before?.endpoints);
  let isSame = before !== undefined;
  for (const [name, source] of sources) {
    const serviceOf = (all: Indexes) => all.get(source.mesh)?.services.get(source.service);
    if (before && serviceOf(before.indexes) === serviceOf(indexes)) continue;
    const now = endpointsOf(name, source, (mesh) => indexes.get(mesh), memo);
    isSame &&= endpoints.get(name) === now;
    endpoints.set(name, now);
  }
  return isSame && before ? before.endpoints : endpoints;
}

function isOf(indexes: Indexes, before: Indexes): boolean {
  if (indexes === before) return true;
  if (indexes.size !== before.size) return false;
  for (const [mesh, index] of indexes) if (before.get(mesh) !== index) return false;
  return true;
}
