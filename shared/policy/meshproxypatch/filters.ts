import type { JsonObject } from '../../resource/json.ts';
import { envoyValue } from './envoyValue.ts';
import { patched } from './patch.ts';
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
  for (const hcm of httpConnectionManagers(listener)) {
    hcm.httpFilters = modified(listOf(hcm, 'httpFilters'), 'httpFilter', modification);
  }
}

/** Route configurations that stand in a listener: not those that it gets over RDS. */
export function inlineRoutes(listener: JsonObject): JsonObject[] {
  return httpConnectionManagers(listener).flatMap(({ routeConfig }) =>
    routeConfig ? [routeConfig as JsonObject] : [],
  );
}

function httpConnectionManagers(listener: JsonObject): JsonObject[] {
  const filters = listOf(listener, 'filterChains').flatMap((chain) => listOf(chain, 'filters'));
  return filters.flatMap(({ typedConfig }) => {
    const config = typedConfig as JsonObject | undefined;
    return config?.['@type'] === HCM ? [config] : [];
  });
}

/** A new list. AddBefore and AddAfter look at the first such filter only; without one nothing is added. */
function modified(
  filters: readonly JsonObject[],
  part: 'networkFilter' | 'httpFilter',
  { operation, match, value, jsonPatches }: FilterModification,
): JsonObject[] {
  const isMeant = (filter: JsonObject) => match?.name === undefined || filter.name === match.name;
  const fresh = () => structuredClone(envoyValue(part, value ?? ''));
  const first = filters.findIndex(isMeant);
  switch (operation) {
    case 'AddFirst':
      return [fresh(), ...filters];
    case 'AddLast':
      return [...filters, fresh()];
    case 'AddBefore':
      return first < 0 ? [...filters] : filters.toSpliced(first, 0, fresh());
    case 'AddAfter':
      return first < 0 ? [...filters] : filters.toSpliced(first + 1, 0, fresh());
    case 'Remove':
      return filters.filter((filter) => !isMeant(filter));
    case 'Patch':
      return filters.map((filter) => (isMeant(filter) ? patched(part, filter, { value, jsonPatches }) : filter));
  }
}

function listOf(object: JsonObject, field: string): JsonObject[] {
  return (object[field] ?? []) as JsonObject[];
}
