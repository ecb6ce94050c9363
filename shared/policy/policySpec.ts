import type { ClientMatch } from './rules.ts';
import type { TagSelector } from './tagSelector.ts';
import { type TargetRef, WHOLE_MESH } from './targetRef.ts';

/** What the specs of all policies have in common; a policy's own schema says the rest. */
export interface PolicySpec {
  readonly targetRef?: TargetRef | undefined;
  readonly to?: readonly PolicyEntry[] | undefined;
  readonly from?: readonly PolicyEntry[] | undefined;
  readonly rules?: readonly PolicyRule[] | undefined;
  readonly default?: unknown;
  /** Legacy policies: whose calls it is about, and to whom; or which proxies. */
  readonly sources?: readonly TagSelector[] | undefined;
  readonly destinations?: readonly TagSelector[] | undefined;
  readonly selectors?: readonly TagSelector[] | undefined;
  readonly conf?: unknown;
}

/** An entry of `to` or `from`. */
export interface PolicyEntry {
  readonly targetRef: TargetRef;
  readonly default?: unknown;
  /** In place of a default: what a route does, by what it matches. */
  readonly rules?: readonly { readonly matches: readonly unknown[] }[] | undefined;
}

/** An entry of `rules`: several matches are an OR, none is everybody. */
interface PolicyRule {
  readonly matches?: readonly ClientMatch[] | undefined;
  readonly default?: unknown;
}

/** Which proxies a policy is about. */
export function topTargetRef(spec: PolicySpec): TargetRef {
  return spec.targetRef ?? WHOLE_MESH;
}

/** The conf of a `to` or `from` entry: its `default`; a route's entry is all but its targetRef (`hostnames`, `rules`). */
export function entryConf(entry: PolicyEntry): unknown {
  const { targetRef: _, ...rest } = entry;
  return 'default' in entry ? entry.default : rest;
}
