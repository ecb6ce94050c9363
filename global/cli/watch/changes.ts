/** One thing that is not as it was at the last look. */
export interface Change {
  readonly item: unknown;
  /** It is there no more; `item` is what was there last. */
  readonly gone: boolean;
}

/** Compares each look with the one before. @param contentOf what of an item counts, so that mere ageing is no news */
export function changes(contentOf: (item: unknown) => unknown): (items: readonly unknown[]) => readonly Change[] {
  let before = new Map<string, { readonly item: unknown; readonly content: string }>();
  return (items) => {
    const now = new Map(items.map((item) => [identityOf(item), { item, content: JSON.stringify(contentOf(item)) }]));
    const changed = [...now].filter(([identity, { content }]) => before.get(identity)?.content !== content);
    const gone = [...before].filter(([identity]) => !now.has(identity));
    before = now;
    return [
      ...changed.map(([, { item }]) => ({ item, gone: false })),
      ...gone.map(([, { item }]) => ({ item, gone: true })),
    ];
  };
}

/** Resources have a type, a mesh and a name, rollouts the id of their change. */
function identityOf(item: unknown): string {
  const { type, mesh, name, change } = item as Record<string, unknown>;
  return JSON.stringify([type, mesh, name, change]);
}
