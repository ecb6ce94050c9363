import type { Reading, Readings } from './readings.ts';

/** What a response of clusters or listeners means for what they refer to: endpoints or routes. */
export interface ReferenceChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Names that new and changed resources refer to. */
  readonly changed: readonly string[];
}

/** The clusters or the listeners that a sidecar has, and the names of what they refer to. */
export class Referrers {
  readonly #readings: Readings;
  readonly #held = new Map<string, Reading>();
  #wanted: ReadonlySet<string> = new Set();

  constructor(readings: Readings) {
    this.#readings = readings;
  }

  /** @param whole what is not among the resources is gone (state of the world) */
  apply(resources: readonly Uint8Array[], removed: readonly string[], whole: boolean): ReferenceChange {
    const changed: string[] = [];
    const named = new Set<string>();
    for (const resource of resources) {
      const reading = this.#readings.of(resource);
      const { name, names } = reading;
      named.add(name);
      // Envoy leaves alone what is the same as before.
      if (this.#held.get(name) === reading) continue;
      this.#held.set(name, reading);
      changed.push(...names);
    }
    for (const name of removed) this.#held.delete(name);
    if (whole) for (const name of [...this.#held.keys()]) if (!named.has(name)) this.#held.delete(name);
    const before = this.#wanted;
    const wanted = new Set([...this.#held.values()].flatMap(({ names }) => names));
    this.#wanted = wanted;
    return {
      added: [...wanted].filter((name) => !before.has(name)),
      removed: [...before].filter((name) => !wanted.has(name)),
      changed,
    };
  }
}
