import type { ClientSubset } from './rules.ts';

type Tags = Readonly<Record<string, string>>;

/** A part of the client space and the places, ascending, of all the given subsets that hold each of its clients. */
export interface Part {
  readonly subset: ClientSubset;
  readonly covering: readonly number[];
}

interface Entry {
  readonly place: number;
  /** What a client must still have to be in the subset. */
  readonly missing: readonly (readonly [key: string, value: string])[];
}

/**
 * Divides clients by which of the subsets they are in. The parts are disjoint for clients with one value
 * per tag, each client that is in any subset is in exactly one part, and the part has all subsets of that client.
 * More specific parts, those with more tags, first. Where Kuma enumerates cliques of overlapping subsets
 * (`pkg/plugins/policies/core/rules/rules.go`), this splits tag by tag: the same answer, without parts of two cliques overlapping.
 */
export function partition(subsets: readonly Tags[]): Part[] {
  const entries = subsets.map((tags, place) => ({ place, missing: Object.entries(tags).sort(byKey) }));
  return [...split(entries, {}, [])].sort((a, b) => size(b) - size(a));
}

function* split(entries: readonly Entry[], tags: Tags, not: ClientSubset['not']): Iterable<Part> {
  const key = entries.find(({ missing }) => missing.length > 0)?.missing[0]?.[0];
  if (key === undefined) {
    if (entries.length > 0) yield { subset: { tags, not }, covering: entries.map(({ place }) => place) };
    return;
  }
  const values = new Set(
    entries.flatMap(({ missing }) => missing.filter(([k]) => k === key).map(([, value]) => value)),
  );
  const sorted = [...values].sort();
  for (const value of sorted) {
    const possible = entries
      .filter(({ missing }) => missing.every(([k, v]) => k !== key || v === value))
      .map(({ place, missing }) => ({ place, missing: missing.filter(([k]) => k !== key) }));
    yield* split(possible, { ...tags, [key]: value }, not);
  }
  const others = entries.filter(({ missing }) => missing.every(([k]) => k !== key));
  yield* split(others, tags, [...not, ...sorted.map((value) => ({ key, value }))]);
}

function byKey([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function size({ subset }: Part): number {
  return Object.keys(subset.tags).length;
}
