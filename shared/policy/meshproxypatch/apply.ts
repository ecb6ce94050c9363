import type { JsonObject } from '../../resource/json.ts';
import type { ResourceSet } from '../../xds/resourceSet.ts';
import { envoyValue } from './envoyValue.ts';
import { inlineRoutes, modifyHttpFilters, modifyNetworkFilters } from './filters.ts';
import { hasTags, originOf } from './origin.ts';
import { type Change, patched } from './patch.ts';
import type { FilterModification, MeshProxyPatchConf, Modification } from './schema.ts';

/** Applies the modifications in their order, each to what the ones before left. */
export function applyMeshProxyPatch(set: ResourceSet, { appendModifications }: MeshProxyPatchConf): void {
  const added: Added = { cluster: new Set(), listener: new Set() };
  for (const { cluster, listener, networkFilter, httpFilter, virtualHost } of appendModifications) {
    if (cluster) modifyWhole(set, added, 'cluster', cluster);
    if (listener) modifyWhole(set, added, 'listener', listener);
    if (networkFilter) modifyFilters(set, added, networkFilter, modifyNetworkFilters);
    if (httpFilter) modifyFilters(set, added, httpFilter, modifyHttpFilters);
    if (virtualHost) modifyVirtualHosts(set, virtualHost);
  }
}

/** Names of what this policy added, which has an origin of its own. */
type Added = Readonly<Record<'cluster' | 'listener', Set<string>>>;

interface Match {
  readonly name?: string | undefined;
  readonly origin?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

interface Whole extends Change {
  readonly operation: 'Add' | 'Remove' | 'Patch';
  readonly match?: Match | undefined;
}

function modifyWhole(set: ResourceSet, added: Added, kind: 'cluster' | 'listener', modification: Whole): void {
  const { operation, match = {}, value } = modification;
  if (operation === 'Add') {
    const resource = envoyValue(kind, value ?? '');
    const name = String(resource.name);
    set.put(kind, name, resource);
    added[kind].add(name);
    return;
  }
  for (const [name, resource] of matching(set, added, kind, match)) {
    if (operation === 'Remove') set.remove(kind, name);
    else set.put(kind, name, patched(kind, resource, modification));
  }
}

function matching(
  set: ResourceSet,
  added: Added,
  kind: 'cluster' | 'listener',
  { name: wanted, origin, tags }: Match,
): [string, JsonObject][] {
  return set.names(kind).flatMap((name): [string, JsonObject][] => {
    const resource = set.get(kind, name);
    if (!resource || (wanted !== undefined && name !== wanted)) return [];
    const own = added[kind].has(name) ? 'mesh-proxy-patch' : originOf(name);
    return (origin === undefined || origin === own) && hasTags(resource, tags) ? [[name, resource]] : [];
  });
}

function modifyFilters(
  set: ResourceSet,
  added: Added,
  modification: FilterModification,
  modify: (listener: JsonObject, modification: FilterModification) => void,
): void {
  const { listenerName: name, listenerTags: tags, origin } = modification.match ?? {};
  for (const [listener] of matching(set, added, 'listener', { name, tags, origin })) {
    set.edit('listener', listener, (copy) => modify(copy, modification));
  }
}

/** Virtual hosts stand in the route configurations, most of which are served over RDS; those of Meridian's own listeners are not. */
function modifyVirtualHosts(set: ResourceSet, modification: NonNullable<Modification['virtualHost']>): void {
  const { routeConfigurationName: wanted, origin } = modification.match ?? {};
  const isMeant = (route: JsonObject, from: string) =>
    (wanted === undefined || route.name === wanted) && (origin === undefined || originOf(from) === origin);
  for (const name of set.names('route')) {
    if (isMeant({ name }, name)) set.edit('route', name, (copy) => modifyRoute(copy, modification));
  }
  for (const name of set.names('listener')) {
    const listener = set.get('listener', name);
    if (!listener || !inlineRoutes(listener).some((route) => isMeant(route, name))) continue;
    set.edit('listener', name, (copy) => {
      for (const route of inlineRoutes(copy)) if (isMeant(route, name)) modifyRoute(route, modification);
    });
  }
}

function modifyRoute(
  route: JsonObject,
  { operation, match, value, jsonPatches }: NonNullable<Modification['virtualHost']>,
): void {
  const isMeant = (host: JsonObject) => match?.name === undefined || host.name === match.name;
  const hosts = (route.virtualHosts ?? []) as JsonObject[];
  if (operation === 'Add') route.virtualHosts = [...hosts, structuredClone(envoyValue('virtualHost', value ?? ''))];
  else if (operation === 'Remove') route.virtualHosts = hosts.filter((host) => !isMeant(host));
  else
    route.virtualHosts = hosts.map((host) =>
      isMeant(host) ? patched('virtualHost', host, { value, jsonPatches }) : host,
    );
}
