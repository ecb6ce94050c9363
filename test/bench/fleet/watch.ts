import type { Arrival, Marker, WatchEnd } from './messages.ts';

/** Who of some sidecars was sent all of some markers, and when; and what was sent to anybody meanwhile. */
export class Watch {
  readonly arrivals: Arrival[] = [];
  readonly #markers: readonly { readonly typeUrl: string; readonly bytes: Buffer }[];
  readonly #concerned: ReadonlySet<string>;
  /** What each of those that were not reached still misses. */
  readonly #missing: Map<string, readonly number[]>;
  readonly #waiting = new Set<() => void>();
  #responses = 0;
  #bytes = 0;
  #toOthers = 0;

  constructor(markers: readonly Marker[], ids: readonly string[], also: readonly string[]) {
    this.#markers = markers.map(({ typeUrl, bytes }) => ({ typeUrl, bytes: Buffer.from(bytes) }));
    this.#concerned = new Set([...ids, ...also]);
    const all = markers.map((_, i) => i);
    this.#missing = new Map(ids.map((id) => [id, all]));
  }

  /** A response came. @param size bytes of it on the wire */
  take(id: string, typeUrl: string, message: Buffer, size: number, at: number): void {
    this.#responses++;
    this.#bytes += size;
    if (!this.#concerned.has(id)) this.#toOthers++;
    const missing = this.#missing.get(id);
    if (!missing) return;
    const still = missing.filter((i) => {
      const marker = this.#markers[i];
      return marker && !(marker.typeUrl === typeUrl && message.includes(marker.bytes));
    });
    if (still.length === missing.length) return;
    if (still.length > 0) {
      this.#missing.set(id, still);
      return;
    }
    this.#missing.delete(id);
    this.arrivals.push({ id, at });
    for (const look of this.#waiting) look();
  }

  /** Resolves when so many were reached or `timeout` ms are over. */
  async reached(count: number, timeout: number): Promise<readonly Arrival[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.arrivals.length >= count) resolve();
    };
    this.#waiting.add(look);
    const timer = setTimeout(resolve, timeout);
    look();
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(look);
    return this.arrivals;
  }

  end(): WatchEnd {
    return { responses: this.#responses, bytes: this.#bytes, toOthers: this.#toOthers };
  }
}
