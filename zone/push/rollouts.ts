import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { PROPAGATION_BUCKETS_S } from '../../runtime/propagationBuckets.ts';

/** How a change gets on at the proxies of this control plane. */
export interface Rollout {
  /** Id of the change. */
  readonly id: string;
  /** Position of the policy log after it. */
  readonly position: number;
  /** When it was committed, RFC 3339. */
  readonly at: string;
  /** Connected proxies whose configuration it concerns. */
  readonly affected: number;
  readonly acknowledged: number;
  /** Who refused it, or could not be given a configuration, and why. */
  readonly rejected: readonly Rejection[];
  /** Proxies that left before they answered. */
  readonly gone: number;
  /** Nobody is still to answer. */
  readonly complete: boolean;
}

interface Rejection {
  readonly proxy: string;
  readonly error: string;
}

/** How a push ended for a proxy: it has the configuration, or not and why, or it left. */
export type Outcome =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly error: string }
  | { readonly gone: true };

interface Tracked {
  readonly id: string;
  readonly position: number;
  readonly at: string;
  readonly waiting: Set<string>;
  affected: number;
  acknowledged: number;
  readonly rejected: Rejection[];
  gone: number;
}

type Deps = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly metrics?: Registry;
  /** Changes remembered. */
  readonly limit?: number;
};

/** Follows changes from their commit to each proxy's acknowledgement; remembers the newest ones. */
export class Rollouts {
  readonly #now: () => number;
  readonly #limit: number;
  readonly #rollouts = new Map<string, Tracked>();
  readonly #listeners = new Set<(rollout: Rollout) => void>();
  readonly #applied: Histogram | undefined;
  readonly #propagation: Histogram | undefined;
  readonly #rejections: Counter | undefined;

  constructor({ now, metrics, limit = 1_000 }: Deps) {
    this.#now = now;
    this.#limit = limit;
    if (!metrics) return;
    const registers = [metrics];
    this.#applied = new Histogram({
      name: 'meridian_apply_seconds',
      help: 'From the commit of a change until the view of this zone has it',
      buckets: PROPAGATION_BUCKETS_S,
      registers,
    });
    this.#propagation = new Histogram({
      name: 'meridian_propagation_seconds',
      help: 'From the commit of a change to the acknowledgement of a proxy that it concerns',
      buckets: PROPAGATION_BUCKETS_S,
      registers,
    });
    this.#rejections = new Counter({
      name: 'meridian_rejected_pushes_total',
      help: 'Pushes that a proxy refused',
      registers,
    });
    const open = () => [...this.#rollouts.values()].filter(({ waiting }) => waiting.size > 0).length;
    new Gauge({
      name: 'meridian_rollouts_open',
      help: 'Changes that some proxy has not answered yet',
      registers,
      collect() {
        this.set(open());
      },
    });
  }

  /** A change was applied that concerns these proxies. */
  begin(change: { readonly id: string; readonly at: string }, position: number, proxies: Iterable<string>): void {
    const waiting = new Set(proxies);
    // A change may come in parts: what was said of the first ones stays.
    const known = this.#rollouts.get(change.id);
    if (!known) this.#applied?.observe(this.#secondsSince(change.at));
    for (const proxy of known?.waiting ?? []) waiting.add(proxy);
    const affected = (known?.affected ?? 0) + waiting.size - (known?.waiting.size ?? 0);
    const { acknowledged = 0, rejected = [], gone = 0 } = known ?? {};
    const tracked = { id: change.id, at: change.at, position, waiting, affected, acknowledged, rejected, gone };
    this.#rollouts.delete(change.id);
    this.#rollouts.set(change.id, tracked);
    const [oldest] = this.#rollouts.keys();
    if (this.#rollouts.size > this.#limit && oldest !== undefined) this.#rollouts.delete(oldest);
    this.#tell(tracked);
  }

  /** A push with these changes in it came to its end at a proxy. */
  settle(changes: Iterable<string>, proxy: string, outcome: Outcome): void {
    if ('accepted' in outcome && !outcome.accepted) this.#rejections?.inc();
    for (const id of changes) {
      const tracked = this.#rollouts.get(id);
      if (!tracked?.waiting.delete(proxy)) continue;
      if ('gone' in outcome) tracked.gone++;
      else if (outcome.accepted) {
        tracked.acknowledged++;
        this.#propagation?.observe(this.#secondsSince(tracked.at));
      } else tracked.rejected.push({ proxy, error: outcome.error });
      this.#tell(tracked);
    }
  }

  /** Calls back after each step of each rollout, synchronously. Returns the function that ends it. */
  onChanged(listener: (rollout: Rollout) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(id: string): Rollout | undefined {
    const tracked = this.#rollouts.get(id);
    return tracked && shown(tracked);
  }

  /** Oldest first. */
  list(): Rollout[] {
    return [...this.#rollouts.values()].map(shown);
  }

  /** Clocks of two machines may differ: no time is negative. */
  #secondsSince(at: string): number {
    return Math.max(0, this.#now() - Date.parse(at)) / 1000;
  }

  #tell(tracked: Tracked): void {
    if (this.#listeners.size === 0) return;
    const rollout = shown(tracked);
    for (const listener of this.#listeners) listener(rollout);
  }
}

function shown({ waiting, rejected, ...rest }: Tracked): Rollout {
  return { ...rest, rejected: [...rejected], complete: waiting.size === 0 };
}
