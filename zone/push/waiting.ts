import type { Scope } from '../../shared/snapshot/affectedProxies.ts';

/** What a proxy waits for: a new snapshot, or new endpoints only; and the changes that it is waiting because of. */
export interface Pending {
  scope: Scope;
  changes: ReadonlySet<string>;
}

export const NO_CHANGES: ReadonlySet<string> = new Set();

/** So many of those who wait for endpoints are taken before one of the others. */
const URGENT_IN_A_ROW = 4;

/**
 * Proxies that wait, each once. Those that wait for endpoints go first: their calls may be going to an instance that is no
 * more, while a policy for the whole mesh can wait some milliseconds. The others are never left waiting for ever.
 */
export class Waiting {
  readonly #urgent = new Map<string, Pending>();
  readonly #others = new Map<string, Pending>();
  readonly #newcomers = new Map<string, Pending>();
  #inARow = 0;

  /** How many `take` has to give. */
  get size(): number {
    return this.#urgent.size + this.#others.size;
  }

  get(proxyId: string): Pending | undefined {
    return this.#urgent.get(proxyId) ?? this.#others.get(proxyId) ?? this.#newcomers.get(proxyId);
  }

  /** A proxy that has nothing yet waits for its first snapshot; its turn is after `admit`. */
  addNewcomer(proxyId: string): void {
    this.delete(proxyId);
    this.#newcomers.set(proxyId, { scope: 'all', changes: NO_CHANGES });
  }

  admit(): void {
    for (const [proxyId, pending] of this.#newcomers) this.#others.set(proxyId, pending);
    this.#newcomers.clear();
  }

  /** Makes a proxy wait; when it does already, for this as well. @param changes may be one set for many proxies */
  add(proxyId: string, scope: Scope, changes: ReadonlySet<string>): void {
    const known = this.get(proxyId);
    const pending = known ?? { scope, changes };
    if (known) {
      known.scope = joined(known.scope, scope);
      known.changes = known.changes.union(changes);
    }
    if (this.#newcomers.has(proxyId)) return;
    if (scope === 'all') {
      if (!known) this.#others.set(proxyId, pending);
      return;
    }
    this.#others.delete(proxyId);
    this.#urgent.set(proxyId, pending);
  }

  /** Who comes next; it waits no longer. */
  take(): [proxyId: string, Pending] | undefined {
    const isOthersTurn = this.#urgent.size === 0 || (this.#inARow >= URGENT_IN_A_ROW && this.#others.size > 0);
    this.#inARow = isOthersTurn ? 0 : this.#inARow + 1;
    const lane = isOthersTurn ? this.#others : this.#urgent;
    const [next] = lane;
    if (next) lane.delete(next[0]);
    return next;
  }

  delete(proxyId: string): void {
    this.#urgent.delete(proxyId);
    this.#others.delete(proxyId);
    this.#newcomers.delete(proxyId);
  }

  *entries(): Iterable<[proxyId: string, Pending]> {
    yield* this.#urgent;
    yield* this.#others;
    yield* this.#newcomers;
  }
}

function joined(a: Scope, b: Scope): Scope {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
