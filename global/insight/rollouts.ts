import type { LogEvent } from '../../shared/event/event.ts';
import type { Rollout } from '../../shared/event/status.ts';
import type { RolloutReader } from '../../shared/rest/ports.ts';

type Deps = {
  /** The first event of a change; undefined when there is no such change. */
  readonly firstEventOf: (changeId: string) => Promise<Pick<LogEvent, 'key' | 'change'> | undefined>;
};

const KEPT = 1_000;

/** How changes get on, over all zones: each zone's control planes report on the proxies that they serve. */
export class Rollouts implements RolloutReader {
  /** Change → `zone/instance` → its part. */
  readonly #parts = new Map<string, Map<string, Rollout>>();
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  take(zone: string, instance: string, rollouts: readonly Rollout[]): void {
    for (const rollout of rollouts) {
      const parts = this.#parts.get(rollout.change) ?? new Map<string, Rollout>();
      this.#parts.set(rollout.change, parts.set(`${zone}/${instance}`, rollout));
    }
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= KEPT) break;
      this.#parts.delete(oldest);
    }
  }

  async list({ limit, before }: { readonly limit: number; readonly before?: number }): Promise<readonly object[]> {
    const all = [...this.#parts.keys()].map((change) => this.#sum(change));
    const wanted = all
      .filter(({ position }) => before === undefined || position < before)
      .sort((a, b) => b.position - a.position)
      .slice(0, limit);
    return Promise.all(wanted.map((rollout) => this.#named(rollout)));
  }

  async get(change: string): Promise<object | undefined> {
    return this.#parts.has(change) ? this.#named(this.#sum(change)) : undefined;
  }

  #sum(change: string) {
    const parts = [...(this.#parts.get(change) ?? [])];
    const sum = (of: (rollout: Rollout) => number) => parts.reduce((total, [, rollout]) => total + of(rollout), 0);
    const at = parts[0]?.[1].at ?? '';
    const affected = parts.filter(([, rollout]) => rollout.affected > 0);
    const isComplete = affected.length > 0 && affected.every(([, { completedAt }]) => completedAt !== undefined);
    const completed = Math.max(...affected.map(([, { completedAt }]) => Date.parse(completedAt ?? at)));
    return {
      change,
      position: Math.max(...parts.map(([, { position }]) => position)),
      at,
      proxies: sum((rollout) => rollout.affected),
      acknowledged: sum((rollout) => rollout.acknowledged),
      rejected: sum((rollout) => rollout.rejected.length),
      milliseconds: isComplete ? Math.max(0, completed - Date.parse(at)) : null,
      errors: parts.flatMap(([, { rejected }]) => rejected.map(({ proxy, error }) => ({ proxy, error }))),
      zones: parts.map(([from, { affected: proxies, acknowledged, rejected }]) => ({
        zone: from.split('/')[0],
        proxies,
        acknowledged,
        rejected: rejected.length,
      })),
    };
  }

  async #named<R extends { readonly change: string }>(rollout: R): Promise<R & { readonly what: string }> {
    const first = await this.#deps.firstEventOf(rollout.change);
    if (!first) return { ...rollout, what: '' };
    const { mesh, type, name } = first.key;
    const what = `${mesh ? `${mesh}/` : ''}${type}/${name}`;
    const more = first.change.size - 1;
    return { ...rollout, what: more > 0 ? `${what} and ${more} more` : what };
  }
}
