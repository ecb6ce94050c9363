import type { ServiceIndex } from '../view/services.ts';
import { serviceIndex } from '../view/services.ts';
import type { ClusterJson } from '../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import { ResourceSet } from '../xds/resourceSet.ts';
import type { Snapshot } from '../xds/snapshot.ts';
import type { MatchedByType } from '../policy/matchPolicies.ts';
import { addAdmin } from './admin.ts';
import { addDirectAccess } from './directAccess.ts';
import { addDns } from './dns.ts';
import { endpointsOf, type EndpointSource, endpointSource } from './endpointSource.ts';
import { addInbounds } from './inbound.ts';
import type { SnapshotInput } from './input.ts';
import { Memo } from './memo.ts';
import { addMetrics } from './metrics.ts';
import { addOutbounds } from './outbound.ts';
import { addProbes } from './probes.ts';
import { addSecrets } from './secrets.ts';
import { Lookups } from './lookups.ts';
import { proxyContext } from './proxyContext.ts';
import { findSidecar } from './sidecar.ts';
import { addTransparentProxy } from './transparentProxy.ts';
import { addZoneEgress } from './zoneEgress.ts';
import { addZoneIngress } from './zoneIngress.ts';

/** A snapshot with what it was made from: enough to tell whether a change concerns it. */
export interface Generated {
  readonly snapshot: Snapshot;
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
  readonly indexes: ReadonlyMap<string, ServiceIndex>;
}

/** What it is made from where there is nothing of it. */
const NOTHING: Omit<Generated, 'snapshot' | 'sources'> = {
  services: new Set(),
  virtual: false,
  direct: new Set(),
  policies: new Map(),
  indexes: new Map(),
};

/** All xDS of a proxy. Pure: equal inputs give equal snapshots (D8). Without Dataplane or Mesh it is empty. */
export function generateSnapshot(input: SnapshotInput): Snapshot {
  return generate(input).snapshot;
}

/** As `generateSnapshot`, for whoever keeps it up to date with `affectedProxies` and `regenerateEndpoints`. */
export function generate(input: SnapshotInput): Generated {
  const memo = input.memo ?? new Memo();
  return input.proxy.kind === 'sidecar' ? generateSidecar(input, memo) : generateZoneProxy(input, memo);
}

function generateSidecar(input: SnapshotInput, memo: Memo): Generated {
  const set = new ResourceSet();
  const sources = new Map<string, EndpointSource>();
  const services = new Set<string>();
  const sidecar = findSidecar(input, memo);
  if (!sidecar) return { ...NOTHING, snapshot: set.snapshot(), sources, services };

  const { proxy, mesh, dataplane, policies } = sidecar;
  addAdmin(set, proxy.metadata, dataplane.spec.networking.address, memo);
  addInbounds(set, sidecar, services);
  addMetrics(set, sidecar, services);
  addProbes(set, sidecar);
  addOutbounds(set, sidecar, { sources, services });
  addTransparentProxy(set, sidecar);
  addDirectAccess(set, sidecar, input.view);
  addDns(set, sidecar);
  addSecrets(set, sidecar, input.view);
  const lookups = new Lookups(mesh);
  policies.proxy(set, proxyContext(sidecar, lookups));
  for (const service of lookups.protocols.keys()) services.add(service);
  const indexes = new Map([[mesh.name, mesh.services]]);
  addEndpoints(set, sources, indexes, memo);
  const { virtual, direct } = sidecar;
  return { snapshot: set.snapshot(), sources, services, virtual, direct, policies: policies.matched, indexes };
}

function generateZoneProxy(input: SnapshotInput, memo: Memo): Generated {
  const set = new ResourceSet();
  const sources = new Map<string, EndpointSource>();
  const meshes = [...input.view.entries('Mesh', '')].map(({ resource }) => resource.name).sort();
  const indexes = new Map(meshes.map((mesh) => [mesh, serviceIndex(input.view, mesh, input.settings.zone)]));
  const add = input.proxy.kind === 'ingress' ? addZoneIngress : addZoneEgress;
  add(set, input, [...indexes.values()], memo, { sources });
  addEndpoints(set, sources, indexes, memo);
  return { ...NOTHING, snapshot: set.snapshot(), sources, indexes };
}

/** Every EDS cluster gets its endpoints, also one that a policy put there. */
function addEndpoints(
  set: ResourceSet,
  sources: Map<string, EndpointSource>,
  indexes: ReadonlyMap<string, ServiceIndex>,
  memo: Memo,
): void {
  const mesh = indexes.keys().next().value ?? '';
  const wanted = new Set<string>();
  for (const cluster of set.names('cluster')) {
    const { type, edsClusterConfig } = set.get('cluster', cluster) as ClusterJson;
    if (type === 'EDS') wanted.add(edsClusterConfig?.serviceName || cluster);
  }
  for (const name of sources.keys()) if (!wanted.has(name)) sources.delete(name);
  for (const name of wanted) {
    const source = sources.get(name) ?? endpointSource(name, mesh, name);
    sources.set(name, source);
    set.put(
      'endpoint',
      name,
      endpointsOf(name, source, (m) => indexes.get(m), memo),
    );
  }
}
