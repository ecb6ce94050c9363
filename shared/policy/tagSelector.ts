import type { Tags } from '../resource/tags.ts';

/** A selector of the legacy policies: tags that have to be there with these values; the value `*` is any. */
export interface TagSelector {
  readonly match?: Tags | undefined;
}

/** How specific a selector is. */
export interface Rank {
  readonly exact: number;
  readonly wildcard: number;
}

const ANY = '*';

/** The rank of the most specific of the selectors that match one of the tag sets; `undefined` when none does. */
export function bestRank(selectors: readonly TagSelector[], tagSets: readonly Tags[]): Rank | undefined {
  const ranks = selectors.filter(({ match }) => tagSets.some((tags) => matchesTags(match ?? {}, tags))).map(rankOf);
  return ranks.sort(compareRanks).at(-1);
}

/** Are all wanted tags there, with these values or, for `*`, any? All on one and the same inbound: they are not pooled. */
export function matchesTags(wanted: Tags, tags: Tags): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(tags, key) && (value === ANY || tags[key] === value),
  );
}

function rankOf({ match }: TagSelector): Rank {
  const values = Object.values(match ?? {});
  const wildcard = values.filter((value) => value === ANY).length;
  return { exact: values.length - wildcard, wildcard };
}

/** Ascending: more tags are more specific, then more exact ones, as in Kuma. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.exact + a.wildcard - (b.exact + b.wildcard) || a.exact - b.exact;
}

/** Of a connection: both of its ends count. */
export function sumOfRanks(a: Rank, b: Rank): Rank {
  return { exact: a.exact + b.exact, wildcard: a.wildcard + b.wildcard };
}
