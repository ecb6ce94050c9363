import { isSameJson } from '../resource/json.ts';
import { Lookups } from './lookups.ts';
import type { Memo } from './memo.ts';
import type { MeshFacts } from './meshFacts.ts';

/** How many are kept of one thing: a service on its way from one protocol to another, a policy put and taken back. */
const KEPT = 4;

/** A part that was built, for these inputs and these answers to look-ups. */
export interface Variant<T> {
  readonly inputs: string;
  readonly lookups: Lookups;
  readonly part: T;
}

/**
 * Builds a part once for all proxies that share these variants, and again only when its inputs are other ones, or something it
 * looked up on the way (another service's protocol) is different now.
 * @param variants of the part; the newest are kept there
 */
export function builtPart<T>(
  variants: Variant<T>[],
  inputs: string,
  mesh: MeshFacts,
  build: (lookups: Lookups) => T,
): Variant<T> {
  for (const variant of variants) if (variant.inputs === inputs && variant.lookups.stillHold(mesh)) return variant;
  const lookups = new Lookups(mesh);
  const built = { inputs, lookups, part: build(lookups) };
  keep(variants, built);
  return built;
}

/** One object for equal contents, so that it is encoded and compared once though several parts built it. */
export function interned<T extends object>(memo: Memo, kind: string, name: string, resource: T): T {
  const known = memo.of<object[]>(`${kind}|${name}`, () => []);
  const equal = known.find((one) => isSameJson(one, resource));
  if (equal) return equal as T;
  keep(known, resource);
  return resource;
}

function keep<T>(all: T[], one: T): void {
  if (all.length >= KEPT) all.shift();
  all.push(one);
}
