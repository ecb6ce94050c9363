import type { Tags } from '../resource/tags.ts';
import type { ClientSubset } from './rules.ts';

/** A part of the destinations, and the places, ascending, of all the given subsets that hold it. */
interface DestinationPart {
  readonly subset: ClientSubset;
  readonly covering: readonly number[];
}

/**
 * Divides destinations as Kuma's inspection does, those with more tags first. With one tag at most the subsets are the parts.
 * With more, Kuma takes each group of subsets that overlap, and of all their tags every combination with and without, as far as
 * a subset holds it. Of two subsets that overlap here, one is in the other (a route is a service's, a service the mesh's): a
 * group is all that holds the narrowest.
 */
export function destinationParts(subsets: readonly Tags[]): DestinationPart[] {
  const distinct = [...new Map(subsets.map((tags) => [textOf(tags), tags])).values()];
  const isFlat = new Set(distinct.flatMap((tags) => Object.keys(tags))).size <= 1;
  const parts = isFlat ? distinct.map((tags) => ({ tags, not: [] })) : groups(subsets, distinct).flatMap(combinations);
  return parts
    .map((subset) => ({ subset, covering: placesHolding(subset.tags, subsets) }))
    .filter(({ covering }) => covering.length > 0)
    .sort((a, b) => sizeOf(b.subset.tags) - sizeOf(a.subset.tags));
}

/** The narrowest subset of each group. Kuma sorts groups by the places in them, as text, backwards. */
function groups(subsets: readonly Tags[], distinct: readonly Tags[]): Tags[] {
  return distinct
    .filter((tags) => !distinct.some((other) => other !== tags && holds(tags, other)))
    .map((tags) => ({ tags, text: placesHolding(tags, subsets).join(':') }))
    .sort((a, b) => (a.text < b.text ? 1 : -1))
    .map(({ tags }) => tags);
}

/** All of them with and without, counted up as Kuma does: all with comes last. */
function combinations(tags: Tags): ClientSubset[] {
  const all = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  const count = 2 ** all.length;
  return Array.from({ length: count }, (_, i) => {
    const bits = (i + 1) % count;
    const isWithout = (place: number) => Math.floor(bits / 2 ** place) % 2 === 1;
    return {
      tags: Object.fromEntries(all.filter((_, place) => !isWithout(place))),
      not: all.filter((_, place) => isWithout(place)).map(([key, value]) => ({ key, value })),
    };
  });
}

function placesHolding(tags: Tags, subsets: readonly Tags[]): number[] {
  return subsets.flatMap((subset, place) => (holds(subset, tags) ? [place] : []));
}

/** Is all that has `tags` in the subset? */
function holds(subset: Tags, tags: Tags): boolean {
  return Object.entries(subset).every(([key, value]) => tags[key] === value);
}

function sizeOf(tags: Tags): number {
  return Object.keys(tags).length;
}

function textOf(tags: Tags): string {
  return JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}
