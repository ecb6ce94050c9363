import { candidateOf } from '../policy/candidate.ts';
import { isPolicyDescriptor } from '../policy/definePolicy.ts';
import { selectionOf } from '../policy/match.ts';
import { matchPolicies } from '../policy/matchPolicies.ts';
import { type PolicySpec, topTargetRef } from '../policy/policySpec.ts';
import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { MeshSpec } from '../resource/mesh/spec.ts';
import type { Resource } from '../resource/resource.ts';
import { changesCertificate } from '../view/plainInstances.ts';
import { serviceIndex } from '../view/services.ts';
import type { Changed, View } from '../view/view.ts';
import { dialsDirectly, movedServices } from './directAccess.ts';
import type { SnapshotInput } from './input.ts';
import { Memo } from './memo.ts';
import { metricsInbound, selectableDataplane } from './metricsInbound.ts';
import { sameMatches } from './policies.ts';
import type { Proxy } from './proxy.ts';
import type { ProxyIndex, TrackedProxy } from './proxyIndex.ts';
import { ROUTE_TYPES } from './routedSubsets.ts';
import { caSecretNames } from './secrets.ts';
import { type IndexChanges, indexChanges, movedOn } from './indexChanges.ts';

/** `all`: generate the snapshot anew. A set: only endpoints of these services, as `<mesh>/<service>` (the fast lane). */
export type Scope = 'all' | ReadonlySet<string>;

/** The world after the changes; everything of a snapshot's input but the proxy. */
export type World = Omit<SnapshotInput, 'proxy'>;

/** What services and their endpoints follow from. */
const SHAPE_SERVICES: ReadonlySet<string> = new Set(['Dataplane', 'ZoneIngress', 'ZoneEgress', 'Zone', 'Mesh']);

/**
 * Which connected proxies get another snapshot by changes that the view has just applied. Errs towards too many: for a
 * proxy that is not named the old snapshot equals a new one; for one with a set of services `regenerateEndpoints` gives
 * what `generate` would.
 */
export function affectedProxies(
  world: World,
  index: ProxyIndex,
  changes: readonly Changed[],
): ReadonlyMap<string, Scope> {
  const affected = new Map<string, Scope>();
  const all = (tracked: TrackedProxy | undefined) => tracked && affected.set(tracked.proxy.id, 'all');
  const policies = changes.filter(({ key }) => isPolicyDescriptor(world.registry.byType(key.type) ?? {}));
  let servicesChanged = false;
  for (const changed of changes) {
    const { key } = changed;
    if ((ROUTE_TYPES as readonly string[]).includes(key.type)) for (const tracked of index.zoneProxies()) all(tracked);
    for (const tracked of namedBy(world, index, changed)) all(tracked);
    servicesChanged ||= SHAPE_SERVICES.has(key.type) || changesCertificate(world.view, changed);
  }
  for (const mesh of new Set(policies.map(({ key }) => key.mesh))) {
    const here = policies.filter(({ key }) => key.mesh === mesh);
    const concerns = here.some(isAboutRoutes) ? matchesOtherwise : isSelected(here);
    for (const tracked of index.sidecars(mesh))
      if (!affected.has(tracked.proxy.id) && concerns(world, tracked)) all(tracked);
  }
  if (servicesChanged) addServiceChanges(world, index, affected);
  return affected;
}

/** Proxies whose snapshot reads the changed resource itself. */
function namedBy(
  { view, settings: { zone } }: World,
  index: ProxyIndex,
  changed: Changed,
): Iterable<TrackedProxy | undefined> {
  const { key, origin } = changed;
  switch (key.type) {
    case 'Dataplane':
      return origin === zone ? [index.sidecar(key.mesh, key.name), ...directCallers(view, index, changed)] : [];
    case 'ZoneIngress':
    case 'ZoneEgress':
      return origin === zone ? [index.zoneProxy(key.name)] : [];
    case 'Mesh':
      return [...index.sidecars(key.name), ...index.zoneProxies()];
    case 'Vip':
      return origin === zone ? [...index.sidecars(key.mesh)].filter((tracked) => tracked.generated.virtual) : [];
    case 'Secret': {
      const mesh = view.get({ type: 'Mesh', mesh: '', name: key.mesh })?.resource.spec as MeshSpec | undefined;
      return caSecretNames(mesh, key.mesh).has(key.name) ? index.sidecars(key.mesh) : [];
    }
    default:
      return [];
  }
}

/** Those that dial the Dataplane's services by its address, when that is another. */
function directCallers(view: View, index: ProxyIndex, changed: Changed): TrackedProxy[] {
  const { mesh } = changed.key;
  const callers = [...index.directCallers()].filter(({ proxy }) => proxy.mesh === mesh);
  if (callers.length === 0) return [];
  const moved = movedServices(changed, metricsOf(view, mesh));
  return callers.filter(({ generated }) => dialsDirectly(generated.direct, moved));
}

/** What a policy selects follows from itself alone, unless its targetRefs go by way of a MeshHTTPRoute. */
function isAboutRoutes({ key, before, after }: Changed): boolean {
  return (
    key.type === 'MeshHTTPRoute' ||
    [before, after].some((policy) => policy && topTargetRef(policy.spec as PolicySpec).kind === 'MeshHTTPRoute')
  );
}

type Concerns = (world: World, tracked: TrackedProxy) => boolean;

/** Does one of the policies, as it was or as it is, select the proxy? Costs the same however many other policies there are. */
function isSelected(changes: readonly Changed[]): Concerns {
  const policies = changes.flatMap(({ before, after, origin }) =>
    [before, after].flatMap((policy) => (policy ? [candidateOf(policy as Resource<PolicySpec>, origin)] : [])),
  );
  return (world, { proxy }) => {
    const { view, settings } = world;
    const { zone } = settings;
    const dataplane = dataplaneOf(world, proxy);
    return !!dataplane && policies.some((policy) => selectionOf(view, policy, dataplane, zone) !== undefined);
  };
}

function matchesOtherwise(world: World, tracked: TrackedProxy): boolean {
  const { view, registry, settings, memo = new Memo() } = world;
  const { proxy, generated } = tracked;
  const { zone } = settings;
  const dataplane = dataplaneOf(world, proxy);
  if (!dataplane) return false;
  return !sameMatches(generated.policies, matchPolicies({ view, registry, mesh: proxy.mesh, zone, dataplane, memo }));
}

/** A proxy's Dataplane as policies look at it. */
function dataplaneOf({ view, settings, memo = new Memo() }: World, { mesh, name }: Proxy) {
  const key = { type: 'Dataplane', mesh, name };
  const dataplane = view.get(key, settings.zone)?.resource as Resource<DataplaneSpec> | undefined;
  const metrics = metricsOf(view, mesh);
  return dataplane && selectableDataplane(dataplane, metricsInbound({ metrics }, dataplane), memo);
}

function metricsOf(view: View, mesh: string): MeshSpec['metrics'] {
  return (view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined)?.metrics;
}

/**
 * Compares the services that each snapshot was made from with those of now. A proxy that no difference concerns is moved on
 * to the services of now, so the next comparison is one of two pointers again.
 */
function addServiceChanges({ view, settings }: World, index: ProxyIndex, affected: Map<string, Scope>): void {
  const differences = indexChanges((mesh) => serviceIndex(view, mesh, settings.zone));
  for (const tracked of index.all()) {
    if (affected.get(tracked.proxy.id) === 'all') continue;
    // Most proxies are concerned by no difference: for them nothing is made.
    let endpoints: Set<string> | undefined;
    let all = false;
    for (const before of tracked.indexes.values()) {
      const changes = differences(before);
      if (!changes) continue;
      const use = usedOf(tracked, changes);
      all ||= use.shape;
      if (use.endpoints.length > 0) endpoints ??= new Set();
      for (const service of use.endpoints) endpoints?.add(`${before.mesh}/${service}`);
      if (!use.shape && use.endpoints.length === 0) tracked.indexes = movedOn(tracked.indexes, changes.now);
    }
    if (all) affected.set(tracked.proxy.id, 'all');
    else if (endpoints) affected.set(tracked.proxy.id, endpoints);
  }
}

function usedOf(
  { proxy, generated }: TrackedProxy,
  { now, shape, endpoints }: IndexChanges,
): { shape: boolean; endpoints: string[] } {
  const everything = generated.virtual || proxy.kind !== 'sidecar';
  if (shape.size > 0 && (everything || !shape.isDisjointFrom(generated.services)))
    return { shape: true, endpoints: [] };
  const called = callsOf(generated.sources, now.mesh);
  if (endpoints.isDisjointFrom(called)) return { shape: false, endpoints: [] };
  return { shape: false, endpoints: [...endpoints].filter((service) => called.has(service)) };
}

const calls = new WeakMap<TrackedProxy['generated']['sources'], Map<string, Set<string>>>();

/** Services of a mesh whose endpoints a snapshot has. */
function callsOf(sources: TrackedProxy['generated']['sources'], mesh: string): ReadonlySet<string> {
  let meshes = calls.get(sources);
  if (!meshes) {
    calls.set(sources, (meshes = new Map()));
    for (const source of sources.values()) {
      const services = meshes.get(source.mesh) ?? new Set();
      meshes.set(source.mesh, services.add(source.service));
    }
  }
  return meshes.get(mesh) ?? new Set();
}
