/**
 * Remembers built parts by their inputs, so that proxies that see the same thing share one object, which is then
 * encoded once. Purely an optimisation: `memo.of(key, build)` must equal `build()` for every key. Belongs to one registry.
 */
export class Memo {
  #young = new Map<string, unknown>();
  #old = new Map<string, unknown>();
  #owned = new WeakMap<object, Map<string, unknown>>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  /** By a name of the inputs. Two generations: what was not asked for during a whole generation is dropped. */
  of<T>(key: string, build: () => T): T {
    const young = this.#young.get(key);
    if (young !== undefined) return young as T;
    const value = (this.#old.get(key) as T | undefined) ?? build();
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }

  /** As `of`, for what is large: it is known as long as somebody who asked for it has it. */
  whileUsed<T extends object>(key: string, build: () => T): T {
    const known = this.of<{ ref?: WeakRef<T> }>(`while used|${key}`, () => ({}));
    let value = known.ref?.deref();
    if (!value) known.ref = new WeakRef((value = build()));
    return value;
  }

  /**
   * What follows from an object that never changes, and goes when it goes. Cheaper than naming its content.
   * @param what tells apart several things that follow from it; few, since they are kept as long as the object.
   */
  from<T>(owner: object, what: string, build: () => T): T {
    let things = this.#owned.get(owner);
    if (!things) this.#owned.set(owner, (things = new Map()));
    let thing = things.get(what);
    if (thing === undefined) things.set(what, (thing = build()));
    return thing as T;
  }
}
