import type { View } from '../view/view.ts';

/** Tags that narrow a service, without `kuma.io/service`. */
export type Subset = Readonly<Record<string, string>>;

/** Policies whose backendRefs may name a part of a service. */
export const ROUTE_TYPES = ['MeshHTTPRoute', 'MeshTCPRoute'] as const;

interface Ref {
  readonly kind?: string;
  readonly name?: string;
  readonly tags?: Subset;
}

interface RouteSpec {
  readonly to?: readonly {
    readonly rules?: readonly {
      readonly default?: { readonly backendRefs?: readonly Ref[]; readonly filters?: readonly Filter[] };
    }[];
  }[];
}

interface Filter {
  readonly requestMirror?: { readonly backendRef?: Ref };
}

/**
 * The parts of services that routes of a mesh send traffic to: callers anywhere ask for them by SNI, so an ingress needs a
 * chain for each. Sorted, without repetitions.
 */
export function routedSubsets(view: View, mesh: string): Map<string, Subset[]> {
  const found = new Map<string, Map<string, Subset>>();
  for (const type of ROUTE_TYPES) {
    for (const { resource } of view.entries(type, mesh)) {
      for (const { kind, name, tags } of refsOf(resource.spec as RouteSpec)) {
        if (kind !== 'MeshServiceSubset' || !name || !tags) continue;
        const pairs = Object.entries(tags)
          .filter(([key]) => key !== 'kuma.io/service')
          .sort(([a], [b]) => (a < b ? -1 : 1));
        if (pairs.length === 0) continue;
        const subsets = found.get(name) ?? new Map<string, Subset>();
        found.set(name, subsets.set(JSON.stringify(pairs), Object.fromEntries(pairs)));
      }
    }
  }
  return new Map(
    [...found].map(([service, subsets]) => [
      service,
      [...subsets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tags]) => tags),
    ]),
  );
}

function* refsOf(spec: RouteSpec): Iterable<Ref> {
  for (const { rules = [] } of spec.to ?? []) {
    for (const { default: conf } of rules) {
      yield* conf?.backendRefs ?? [];
      for (const { requestMirror } of conf?.filters ?? [])
        if (requestMirror?.backendRef) yield requestMirror.backendRef;
    }
  }
}
