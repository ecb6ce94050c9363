/**
 * Remembers built parts by their inputs, so that proxies that see the same thing share one object, which is then
 * encoded once. Purely an optimisation: `memo.of(key, build)` must equal `build()` for every key.
 * Two generations: what was not asked for during a whole generation is dropped.
 */
export class Memo {
  #young = new Map<string, unknown>();
  #old = new Map<string, unknown>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

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
}
