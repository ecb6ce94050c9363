import type { JsonObject } from '../../resource/json.ts';
import { applyJsonPatches } from './jsonPatch.ts';
import { envoyMessage, envoyValue } from './envoyValue.ts';
import { mergeProto } from './mergeProto.ts';
import type { FilterModification } from './schema.ts';

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Changes the network filters of every chain of a listener. */
export function modifyNetworkFilters(listener: JsonObject, modification: FilterModification): void {
  for (const chain of listOf(listener, 'filterChains')) {
    chain.filters = modified(listOf(chain, 'filters'), 'networkFilter', modification);
  }
}

/** Changes the HTTP filters of every HTTP connection manager of a listener. */
export function modifyHttpFilters(listener: JsonObject, modification: FilterModification): void {
  for (const chain of listOf(listener, 'filterChains')) {
    for (const { typedConfig } of listOf(chain, 'filters')) {
      const hcm = typedConfig as JsonObject | undefined;
      if (hcm?.['@type'] !== HCM) continue;
      hcm.httpFilters = modified(listOf(hcm, 'httpFilters'), 'httpFilter', modification);
    }
  }
}

/** A new list; where AddBefore and AddAfter find no such filter, nothing is added. */
function modified(
  filters: readonly JsonObject[],
  part: 'networkFilter' | 'httpFilter',
  { operation, match, value, jsonPatches = [] }: FilterModification,
): JsonObject[] {
  const isMeant = (filter: JsonObject) => match?.name === undefined || filter.name === match.name;
  const fresh = () => structuredClone(envoyValue(part, value ?? ''));
  switch (operation) {
    case 'AddFirst':
      return [fresh(), ...filters];
    case 'AddLast':
      return [...filters, fresh()];
    case 'AddBefore':
      return filters.flatMap((filter) => (isMeant(filter) ? [fresh(), filter] : [filter]));
    case 'AddAfter':
      return filters.flatMap((filter) => (isMeant(filter) ? [filter, fresh()] : [filter]));
    case 'Remove':
      return filters.filter((filter) => !isMeant(filter));
    case 'Patch':
      for (const filter of filters.filter(isMeant)) {
        if (value !== undefined) mergeProto(filter, envoyValue(part, value), envoyMessage(part));
        applyJsonPatches(filter, jsonPatches);
      }
      return [...filters];
  }
}

function listOf(object: JsonObject, field: string): JsonObject[] {
  return (object[field] ?? []) as JsonObject[];
}
