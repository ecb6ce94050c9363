import type { JsonObject } from '../../resource/json.ts';
import type { ResourceSet } from '../../xds/resourceSet.ts';
import { applyJsonPatches } from './jsonPatch.ts';
import { envoyMessage, envoyValue } from './envoyValue.ts';
import { modifyHttpFilters, modifyNetworkFilters } from './filters.ts';
import { mergeProto } from './mergeProto.ts';
import { hasTags, originOf } from './origin.ts';
import type { FilterModification, JsonPatch, MeshProxyPatchConf, Modification, Part } from './schema.ts';

/** Applies the modifications in their order, each to what the ones before left. */
export function applyMeshProxyPatch(set: ResourceSet, { appendModifications }: MeshProxyPatchConf): void {
  for (const { cluster, listener, networkFilter, httpFilter, virtualHost } of appendModifications) {
    if (cluster) modifyWhole(set, 'cluster', cluster, namesOf(set, 'cluster', cluster.match));
    if (listener) {
      const tagged = (name: string) => hasTags(set.get('listener', name) ?? {}, listener.match?.tags);
      modifyWhole(set, 'listener', listener, namesOf(set, 'listener', listener.match).filter(tagged));
    }
    if (networkFilter) modifyFilters(set, networkFilter, modifyNetworkFilters);
    if (httpFilter) modifyFilters(set, httpFilter, modifyHttpFilters);
    if (virtualHost) modifyVirtualHosts(set, virtualHost);
  }
}

type Whole = {
  readonly operation: 'Add' | 'Remove' | 'Patch';
  readonly value?: string | undefined;
  readonly jsonPatches?: readonly JsonPatch[] | undefined;
};

function namesOf(
  set: ResourceSet,
  kind: 'cluster' | 'listener',
  match: { readonly name?: string | undefined; readonly origin?: string | undefined } = {},
): string[] {
  return set
    .names(kind)
    .filter(
      (name) =>
        (match.name === undefined || name === match.name) &&
        (match.origin === undefined || originOf(name) === match.origin),
    );
}

function modifyWhole(
  set: ResourceSet,
  kind: 'cluster' | 'listener',
  { operation, value, jsonPatches }: Whole,
  names: readonly string[],
): void {
  if (operation === 'Add') {
    const resource = envoyValue(kind, value ?? '');
    set.put(kind, String(resource.name), resource);
    return;
  }
  for (const name of names) {
    if (operation === 'Remove') set.remove(kind, name);
    else set.edit(kind, name, (copy) => patch(copy, kind, value, jsonPatches));
  }
}

function patch(
  target: JsonObject,
  part: Part,
  value: string | undefined,
  jsonPatches: readonly JsonPatch[] = [],
): void {
  if (value !== undefined) mergeProto(target, envoyValue(part, value), envoyMessage(part));
  applyJsonPatches(target, jsonPatches);
}

function modifyFilters(
  set: ResourceSet,
  modification: FilterModification,
  modify: (listener: JsonObject, modification: FilterModification) => void,
): void {
  const { listenerName, listenerTags, origin } = modification.match ?? {};
  for (const name of set.names('listener')) {
    if (listenerName !== undefined && name !== listenerName) continue;
    if (origin !== undefined && originOf(name) !== origin) continue;
    if (!hasTags(set.get('listener', name) ?? {}, listenerTags)) continue;
    set.edit('listener', name, (copy) => modify(copy, modification));
  }
}

/** Virtual hosts stand in the route configurations, which are served over RDS. */
function modifyVirtualHosts(
  set: ResourceSet,
  { operation, match = {}, value, jsonPatches }: NonNullable<Modification['virtualHost']>,
): void {
  for (const name of set.names('route')) {
    if (match.routeConfigurationName !== undefined && name !== match.routeConfigurationName) continue;
    if (match.origin !== undefined && originOf(name) !== match.origin) continue;
    set.edit('route', name, (copy) => {
      const hosts = (copy.virtualHosts ?? []) as JsonObject[];
      const isMeant = (host: JsonObject) => match.name === undefined || host.name === match.name;
      if (operation === 'Add') copy.virtualHosts = [...hosts, structuredClone(envoyValue('virtualHost', value ?? ''))];
      else if (operation === 'Remove') copy.virtualHosts = hosts.filter((host) => !isMeant(host));
      else for (const host of hosts.filter(isMeant)) patch(host, 'virtualHost', value, jsonPatches);
    });
  }
}
