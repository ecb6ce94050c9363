import { sha256Hex } from '../../xds/sha256.ts';
import type { RouteMatch } from './schema.ts';

/** Names a set of matches as Kuma does: SHA-256, in base64, of the matches as Go writes them as JSON. */
export function matchesHash(matches: readonly RouteMatch[]): string {
  const json = JSON.stringify(matches.map(inGoOrder)).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const bytes = sha256Hex(json).match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}

/** Fields in the order of Go's types. */
function inGoOrder({ path, method, queryParams, headers }: RouteMatch): object {
  const named = ({ type, name, value }: NonNullable<typeof headers>[number]) => ({ type, name, value });
  return {
    path: path && { value: path.value, type: path.type },
    method,
    queryParams: queryParams?.length ? queryParams.map(({ type, name, value }) => ({ type, name, value })) : undefined,
    headers: headers?.length ? headers.map(named) : undefined,
  };
}
