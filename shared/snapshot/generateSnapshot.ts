import { serviceIndex } from '../view/services.ts';
import { edsName } from '../xds/cluster.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { type Layer, type Layered, layered, ResourceSet } from '../xds/resourceSet.ts';
import type { Snapshot } from '../xds/snapshot.ts';
import type { MatchedByType } from '../policy/matchPolicies.ts';
import { addAdmin } from './admin.ts';
import { addDirectAccess } from './directAccess.ts';
import { addDns } from './dns.ts';
import { endpointsOfAll, sourcesOf } from './endpoints.ts';
import type { EndpointSource } from './endpointSource.ts';
import { addInbounds } from './inbound.ts';
import { type Indexes, onlyOf } from './indexChanges.ts';
import type { SnapshotInput } from './input.ts';
import { Memo } from './memo.ts';
import { addMetrics } from './metrics.ts';
import { type OutboundPart, outboundPart } from './outbound.ts';
import { addProbes } from './probes.ts';
import { addSecrets } from './secrets.ts';
import { Lookups } from './lookups.ts';
import { proxyContext } from './proxyContext.ts';
import { findSidecar } from './sidecar.ts';
import { addTransparentProxy } from './transparentProxy.ts';
import { addZoneEgress } from './zoneEgress.ts';
import { addZoneIngress } from './zoneIngress.ts';

/** A snapshot with what it was made from: enough to tell whether a change concerns it. */
export interface Generated extends Layered {
  /** EDS resource → where its endpoints come from. */
  readonly sources: ReadonlyMap<string, EndpointSource>;
  /** Services whose protocol, existence or absence shaped it. */
  readonly services: ReadonlySet<string>;
  /** It has an outbound for every service with a virtual IP. */
  readonly virtual: boolean;
  /** Services whose instances it dials by their own addresses; `*` stands for all. */
  readonly direct: ReadonlySet<string>;
  readonly policies: MatchedByType;
  /** mesh → the services as they were. */
  readonly indexes: Indexes;
  /** What its outbounds have in common with other proxies; a sidecar's only. */
  readonly outbound?: OutboundPart;
}

/** What it is made from where there is nothing of it. */
const NOTHING: Omit<Generated, keyof Layered> = {
  sources: new Map(),
  services: new Set(),
  virtual: false,
  direct: new Set(),
  policies: new Map(),
  indexes: new Map(),
};

/** All xDS of a proxy. Pure: equal inputs give equal snapshots. Without Dataplane or Mesh it is empty. */
export function generateSnapshot(input: SnapshotInput): Snapshot {
  return generate(input).snapshot;
}

/**
 * As `generateSnapshot`, for whoever keeps it up to date with `affectedProxies` and `regenerateEndpoints`.
 * @param before what was generated last for that proxy: kinds in which nothing is different keep their map
 */
export function generate(input: SnapshotInput, before?: Generated): Generated {
  const memo = input.memo ?? new Memo();
  return input.proxy.kind === 'sidecar' ? generateSidecar(input, memo, before) : generateZoneProxy(input, memo, before);
}

function generateSidecar(input: SnapshotInput, memo: Memo, before: Generated | undefined): Generated {
  const set = new ResourceSet();
  const sidecar = findSidecar(input, memo);
  if (!sidecar) return { ...NOTHING, ...layered(set.layers(), before) };

  const { mesh, dataplane, policies, virtual, direct } = sidecar;
  const services = new Set<string>();
  const taken = [sidecar.metrics?.inbound.port, dataplane.spec.probes?.port].filter((port) => port !== undefined);
  addAdmin(set, input, { ...dataplane.spec.networking, taken }, memo);
  addInbounds(set, sidecar, services);
  addMetrics(set, sidecar, services);
  addProbes(set, sidecar);
  const outbound = outboundPart(sidecar);
  for (const kind of ['listener', 'route', 'cluster'] as const) set.share(kind, outbound.snapshot[kind]);
  addTransparentProxy(set, sidecar);
  addDirectAccess(set, sidecar, input.view);
  addDns(set, sidecar);
  addSecrets(set, sidecar, input.view);
  const lookups = new Lookups(mesh);
  policies.proxy(set, () => proxyContext(sidecar, lookups));
  for (const service of lookups.protocols.keys()) services.add(service);
  const indexes = onlyOf(mesh.services);
  const sources = isAsBuilt(set.layer('cluster'), outbound)
    ? outbound.sources
    : sourcesOf(set, outbound.sources, mesh.name);
  set.share('endpoint', endpointsOfAll(sources, indexes, memo));
  return {
    ...layered(set.layers(), before),
    sources,
    services: services.isSubsetOf(outbound.services) ? outbound.services : services.union(outbound.services),
    virtual,
    direct,
    policies: policies.matched,
    indexes,
    outbound,
  };
}

/** No cluster with endpoints of its own came in addition, or in the place of one that the outbounds brought. */
function isAsBuilt({ common, own }: Layer, outbound: OutboundPart): boolean {
  if (common !== outbound.snapshot.cluster) return false;
  for (const [name, cluster] of own) if (edsName(cluster as ClusterJson) || common.has(name)) return false;
  return true;
}

function generateZoneProxy(input: SnapshotInput, memo: Memo, before: Generated | undefined): Generated {
  const set = new ResourceSet();
  const known = new Map<string, EndpointSource>();
  const meshes = [...input.view.entries('Mesh', '')].map(({ resource }) => resource.name).sort();
  const indexes = new Map(meshes.map((mesh) => [mesh, serviceIndex(input.view, mesh, input.settings.zone)]));
  const add = input.proxy.kind === 'ingress' ? addZoneIngress : addZoneEgress;
  add(set, input, [...indexes.values()], memo, { sources: known });
  const sources = sourcesOf(set, known, meshes[0] ?? '');
  set.share('endpoint', endpointsOfAll(sources, indexes, memo));
  return { ...NOTHING, ...layered(set.layers(), before), sources, indexes };
}
