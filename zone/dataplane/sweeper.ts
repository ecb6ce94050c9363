import { later } from './later.ts';

/**
 * Takes away what control planes left behind that are no more, some time after it is told that one is gone: until then their proxies may
 * come to another.
 */
export class Sweeper {
  readonly #waitMs: number;
  readonly #sweep: () => void;
  readonly #pending = new Set<() => void>();

  /** @param waitMs milliseconds */
  constructor(waitMs: number, sweep: () => void) {
    this.#waitMs = waitMs;
    this.#sweep = sweep;
  }

  /** One is gone. Each has its own time. */
  soon(): void {
    const cancel = later(this.#waitMs, () => {
      this.#pending.delete(cancel);
      this.#sweep();
    });
    this.#pending.add(cancel);
  }

  stop(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }
}
