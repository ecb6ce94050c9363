import type { Memo } from './memo.ts';
import type { MeshFacts } from './meshFacts.ts';
import { Lookups } from './serviceCluster.ts';

/** How many answers to look-ups are kept apart for one key: a service on its way from one protocol to another. */
const KEPT = 4;

interface Variant<T> {
  readonly lookups: Lookups;
  readonly part: T;
}

/**
 * Builds a part once for all proxies with the same key, and again only when something it looked up on the way (another
 * service's protocol) is different now.
 */
export function builtPart<T>(memo: Memo, key: string, mesh: MeshFacts, build: (lookups: Lookups) => T): Variant<T> {
  const variants = memo.of<Variant<T>[]>(key, () => []);
  for (const variant of variants) if (variant.lookups.stillHold(mesh)) return variant;
  const lookups = new Lookups(mesh);
  const built = { lookups, part: build(lookups) };
  if (variants.length >= KEPT) variants.shift();
  variants.push(built);
  return built;
}

/** One object for equal contents, so that it is encoded and compared once though several parts built it. */
export function interned<T extends object>(memo: Memo, kind: string, resource: T): T {
  return memo.of(`${kind}|${JSON.stringify(resource)}`, () => resource);
}
