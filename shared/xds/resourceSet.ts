import { everyKind, type Snapshot, type XdsKind, type XdsResource } from './snapshot.ts';

type Resources = ReadonlyMap<string, XdsResource>;

/**
 * The resources of one kind: those that the proxy has in common with others, as one map for all of them, and its own, which take the
 * place of a common one of the same name.
 */
export interface Layer {
  readonly common: Resources;
  readonly own: Resources;
}

type Layers = Readonly<Record<XdsKind, Layer>>;

const NONE: Resources = new Map();

/** The resources of one proxy while its snapshot is being made. What is added may be shared with other proxies. */
export class ResourceSet {
  readonly #common = everyKind(() => NONE);
  readonly #own = everyKind<Map<string, XdsResource> | undefined>(() => undefined);

  /** Many resources at once, without a look at each. @param resources sorted by name; never changed from now on */
  share(kind: XdsKind, resources: Resources): void {
    this.#common[kind] = resources;
  }

  /** Adds, or replaces the one of that name. `resource` may be any of the generated `…Json` types. */
  put(kind: XdsKind, name: string, resource: object): void {
    (this.#own[kind] ??= new Map()).set(name, resource as XdsResource);
  }

  get(kind: XdsKind, name: string): XdsResource | undefined {
    return this.#own[kind]?.get(name) ?? this.#common[kind].get(name);
  }

  remove(kind: XdsKind, name: string): void {
    // A common map stays as it is for the others.
    if (this.#common[kind].has(name)) {
      this.#own[kind] = new Map([...this.#common[kind], ...(this.#own[kind] ?? NONE)]);
      this.#common[kind] = NONE;
    }
    this.#own[kind]?.delete(name);
  }

  names(kind: XdsKind): string[] {
    const own = this.#own[kind] ?? NONE;
    return [...[...this.#common[kind].keys()].filter((name) => !own.has(name)), ...own.keys()];
  }

  /**
   * Edits a copy of a resource and puts it in its place, since the one in the set may be shared.
   * @returns whether there was one.
   */
  edit(kind: XdsKind, name: string, change: (copy: XdsResource) => void): boolean {
    const shared = this.get(kind, name);
    if (!shared) return false;
    const copy = structuredClone(shared);
    change(copy);
    this.put(kind, name, copy);
    return true;
  }

  /** What one kind is made of. To be taken when nothing is added to it any more. */
  layer(kind: XdsKind): Layer {
    return { common: this.#common[kind], own: this.#own[kind] ?? NONE };
  }

  /** As `layer`, of every kind. */
  layers(): Layers {
    return everyKind((kind) => this.layer(kind));
  }
}

/** A snapshot, and what it was put together from. */
export interface Layered {
  readonly layers: Layers;
  readonly snapshot: Snapshot;
}

/**
 * Puts layers together, sorted by name, so that equal sets give equal snapshots.
 * @param before what the proxy had: each kind in which nothing is different keeps its map, so that "did it change" is one comparison
 */
export function layered(made: Layers, before?: Layered): Layered {
  if (!before) return { layers: made, snapshot: everyKind((kind) => together(made[kind])) };
  const layers = everyKind((kind) => kept(before.layers[kind], made[kind]));
  const snapshot = everyKind((kind) => {
    const had = before.snapshot[kind];
    if (layers[kind] === before.layers[kind]) return had;
    const now = together(layers[kind]);
    return hasSame(had, now) ? had : now;
  });
  return { layers, snapshot };
}

/** What is as it was stays the former object: the garbage collector need not move a new one to what is old. */
function kept(before: Layer, now: Layer): Layer {
  if (!hasSame(before.own, now.own)) return now;
  return before.common === now.common ? before : { common: now.common, own: before.own };
}

function together({ common, own }: Layer): Resources {
  if (own.size === 0) return common;
  const mine = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
  if (common.size === 0) return new Map(mine);
  const merged = new Map<string, XdsResource>();
  let at = 0;
  for (const [name, resource] of common) {
    for (let next = mine[at]; next && next[0] <= name; next = mine[++at]) merged.set(...next);
    if (!own.has(name)) merged.set(name, resource);
  }
  for (const [name, resource] of mine.slice(at)) merged.set(name, resource);
  return merged;
}

/** Are they the same objects under the same names? */
export function hasSame<T>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): boolean {
  if (before === now) return true;
  if (before.size !== now.size) return false;
  for (const [name, one] of now) if (before.get(name) !== one) return false;
  return true;
}
