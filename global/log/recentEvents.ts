import type { LogEvent } from '../../shared/event/event.ts';

/** Events of the last moments: who follows the log is a few behind, and who is further behind reads the database. */
const KEPT = 2_000;

/**
 * What this instance appended lately, so that the relay need not read it back. Another instance's events are not among them, which
 * shows as a gap.
 */
export class RecentEvents {
  readonly #events = new Map<number, LogEvent>();
  readonly #appending = new Set<Promise<unknown>>();

  /** Keeps what an append writes. @returns the append */
  async keep(append: Promise<readonly LogEvent[]>): Promise<readonly LogEvent[]> {
    this.#appending.add(append);
    try {
      const events = await append;
      for (const event of events) this.#events.set(event.position, event);
      for (const oldest of this.#events.keys()) {
        if (this.#events.size <= KEPT) break;
        this.#events.delete(oldest);
      }
      return events;
    } finally {
      this.#appending.delete(append);
    }
  }

  clear(): void {
    this.#events.clear();
  }

  /**
   * The events that follow a position without a gap. Whoever was woken by the database may be faster than the append's answer: then
   * it waits for that.
   */
  async after(position: number, limit: number): Promise<readonly LogEvent[]> {
    if (!this.#events.has(position + 1) && this.#appending.size > 0)
      await Promise.race(this.#appending).catch(() => {});
    const found: LogEvent[] = [];
    for (let next = position + 1; found.length < limit; next++) {
      const event = this.#events.get(next);
      if (!event) break;
      found.push(event);
    }
    return found;
  }
}
