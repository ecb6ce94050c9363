import { SERVICE_TAG, type Tags } from '../resource/tags.ts';
import type { ClientSubset } from './rules.ts';
import type { TargetRef } from './targetRef.ts';

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

/** The clients that an entry of `from` means, by tags. */
export function clientTags({ kind, name, tags }: TargetRef): Tags {
  switch (kind) {
    case 'MeshService':
    case 'MeshServiceSubset':
      return { ...tags, [SERVICE_TAG]: name ?? '' };
    case 'MeshSubset':
      return tags ?? {};
    default:
      return {};
  }
}

/** Each subset with a tag that the others do not have doubles the parts; a control plane must not be kept busy for ever by twenty. */
const MOST_PARTS = 4_096;

/**
 * Divides clients by which of the subsets they are in. The parts are disjoint for clients with one value
 * per tag, each client that is in any subset is in exactly one part, and the part has all subsets of that client.
 * More specific parts, those with more tags, first. Where Kuma enumerates cliques of overlapping subsets
 * (`pkg/plugins/policies/core/rules/rules.go`), this splits tag by tag: the same answer, without parts of two cliques overlapping.
 * @throws Error when there are more than anybody can mean
 */
export function partition(subsets: readonly Tags[]): Part[] {
  const entries = subsets.map((tags, place) => ({ place, missing: Object.entries(tags).sort(byKey) }));
  const parts: Part[] = [];
  for (const part of split(entries, {}, [])) {
    if (parts.push(part) > MOST_PARTS)
      throw new Error(`it divides clients into more than ${MOST_PARTS} groups by their tags, use fewer tags`);
  }
  return parts.sort((a, b) => size(b) - size(a));
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
