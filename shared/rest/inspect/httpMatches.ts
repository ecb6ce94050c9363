import { matchesHash } from '../../policy/meshhttproute/matchesHash.ts';
import type { RouteRule } from '../../policy/meshhttproute/schema.ts';
import type { JsonFields } from '../resourceJson.ts';

/** What the routes among those confs match, each set of matches once, by the hash that Kuma names it by. */
export function httpMatches(confs: readonly unknown[]): JsonFields[] {
  const byHash = new Map(confs.flatMap(routesOf).map(({ matches }) => [matchesHash(matches), matches]));
  return [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([hash, match]) => ({ hash, match }));
}

function routesOf(conf: unknown): readonly RouteRule[] {
  const { rules = [] } = (conf ?? {}) as { readonly rules?: readonly RouteRule[] };
  return rules.filter(({ matches }) => Array.isArray(matches));
}
