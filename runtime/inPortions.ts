/** Does something with each of many, a portion at a time. Rejects with the first that fails, and begins no further portion then. */
export async function inPortions<T>(
  all: readonly T[],
  size: number,
  each: (one: T) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < all.length; from += size) await Promise.all(all.slice(from, from + size).map(each));
}
