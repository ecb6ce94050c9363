import type { StreamInfo } from '@nats-io/jetstream';

/** How long the zone's mirrors have heard nothing of the hub, whose consumers give a sign of life every second. */
export class Hearing {
  /** Mirror → when it was first seen to have heard nothing since it was made, or since its server was started. */
  readonly #unheard = new Map<string, { readonly created: string; readonly at: number }>();
  readonly #now: () => number;

  /** @param now milliseconds of the clock that only runs */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns names of the mirrors that have heard nothing for at least so many milliseconds */
  deaf(mirrors: readonly StreamInfo[], ms: number): string[] {
    return mirrors.filter((mirror) => this.#silence(mirror) >= ms).map(({ config }) => config.name);
  }

  #silence({ config: { name }, created, mirror, sources }: StreamInfo): number {
    const { active = -1 } = mirror ?? sources?.[0] ?? {};
    const before = this.#unheard.get(name);
    this.#unheard.delete(name);
    // Nanoseconds; negative ones: nothing was heard yet, or the clock of that machine was set back.
    if (active >= 0) return active / 1e6;
    const at = before?.created === created ? before.at : this.#now();
    this.#unheard.set(name, { created, at });
    return this.#now() - at;
  }
}
