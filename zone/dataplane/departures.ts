/** More than this share of the proxies away at once: it is the way to them that is gone, not they (Envoy's panic threshold). */
const MASS = 0.5;

type DeparturesDeps = {
  /** A proxy that left alone may come back for so long, in milliseconds. */
  readonly graceMs: number;
  /** When most of them left at once, each of them may: all are away for one reason, and that one may pass. */
  readonly returnMs: number;
  /** How many proxies hold a stream of this control plane. */
  readonly connected: () => number;
  /** Calls back after that many milliseconds, unless it is taken back. */
  readonly later: (ms: number, callback: () => void) => () => void;
  readonly massDeparture: (away: number, connected: number) => void;
};

/**
 * Proxies whose stream ended and who may come back. One that stays away is gone after the grace. While more than half are
 * away none is taken for gone before `returnMs`: a load balancer that flips, or a network that is away for some seconds, must not
 * take the endpoints of a zone out, whose instances all serve. One alone is never most of them.
 */
export class Departures {
  readonly #deps: DeparturesDeps;
  readonly #away = new Map<string, () => void>();
  #told = false;

  constructor(deps: DeparturesDeps) {
    this.#deps = deps;
  }

  /**
   * @param gone called once, unless the proxy comes back before
   * @param ms how long it may come back; absent: as any that left alone
   */
  left(proxyId: string, gone: () => void, ms = this.#deps.graceMs): void {
    this.#away.get(proxyId)?.();
    const end = () => {
      this.#away.delete(proxyId);
      if (this.#away.size === 0) this.#told = false;
      gone();
    };
    const afterGrace = () => {
      const more = this.#deps.returnMs - ms;
      if (more > 0 && this.#isMass()) this.#wait(proxyId, more, end);
      else end();
    };
    this.#wait(proxyId, ms, afterGrace);
  }

  returned(proxyId: string): void {
    this.#away.get(proxyId)?.();
    this.#away.delete(proxyId);
    if (this.#away.size === 0) this.#told = false;
  }

  /** Whether it left, and may come back yet. */
  awaits(proxyId: string): boolean {
    return this.#away.has(proxyId);
  }

  /** Nobody is taken for gone any more. */
  stop(): void {
    for (const cancel of this.#away.values()) cancel();
    this.#away.clear();
  }

  #wait(proxyId: string, ms: number, callback: () => void): void {
    this.#away.set(proxyId, this.#deps.later(ms, callback));
  }

  #isMass(): boolean {
    const [away, connected] = [this.#away.size, this.#deps.connected()];
    if (away < 2 || away <= MASS * (away + connected)) return false;
    if (!this.#told) this.#deps.massDeparture(away, connected);
    this.#told = true;
    return true;
  }
}
