import type { RouteMatch, RouteRule } from '../../policy/meshhttproute/schema.ts';
import { sha256Hex } from '../../xds/sha256.ts';
import type { JsonFields } from '../resourceJson.ts';

/** What the routes among those confs match, each set of matches once, by the hash that Kuma names it by (kumactl-api §6.2). */
export function httpMatches(confs: readonly unknown[]): JsonFields[] {
  const byHash = new Map(confs.flatMap(routesOf).map(({ matches }) => [hashOf(matches), matches]));
  return [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([hash, match]) => ({ hash, match }));
}

function routesOf(conf: unknown): readonly RouteRule[] {
  const { rules = [] } = (conf ?? {}) as { readonly rules?: readonly RouteRule[] };
  return rules.filter(({ matches }) => Array.isArray(matches));
}

/** SHA-256, in base64, of the matches as Go writes them as JSON: fields in the order of its types. */
function hashOf(matches: readonly RouteMatch[]): string {
  const json = JSON.stringify(matches.map(inGoOrder)).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const bytes = sha256Hex(json).match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}

function inGoOrder({ path, method, queryParams, headers }: RouteMatch): object {
  const named = ({ type, name, value }: NonNullable<typeof headers>[number]) => ({ type, name, value });
  return {
    path: path && { value: path.value, type: path.type },
    method,
    queryParams: queryParams?.length ? queryParams.map(({ type, name, value }) => ({ type, name, value })) : undefined,
    headers: headers?.length ? headers.map(named) : undefined,
  };
}
