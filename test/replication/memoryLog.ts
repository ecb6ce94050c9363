import { randomUUID } from 'node:crypto';
import type { RelaySource } from '../../global/relay/relay.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { keyOf, keyText, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';

/** An event log in memory: the relay reads it, a test writes it. */
export class MemoryLog implements RelaySource {
  readonly logId = randomUUID();
  readonly events: LogEvent[] = [];
  readonly #wakes = new Set<() => void>();

  append(...resources: readonly Resource[]): number {
    return this.appendAs({}, ...resources);
  }

  /** @param over what another version of the program, or a broken one, would have written. */
  appendAs(over: Partial<Pick<LogEvent, 'schema' | 'version'>>, ...resources: readonly Resource[]): number {
    return this.#write(
      over,
      resources.map((one) => [keyOf(one), one]),
    );
  }

  /** @param over as of `appendAs` */
  delete(key: ResourceKey, over: Partial<Pick<LogEvent, 'schema'>> = {}): number {
    return this.#write(over, [[keyOf(key), null]]);
  }

  #write(over: Partial<LogEvent>, said: readonly (readonly [ResourceKey, Resource | null])[]): number {
    const change = randomUUID();
    said.forEach(([key, resource], index) => {
      const version = this.events.filter((event) => keyText(event.key) === keyText(key)).length + 1;
      const stays = version === 1 ? 'ResourceCreated' : 'ResourceUpdated';
      this.events.push({
        position: this.events.length + 1,
        id: randomUUID(),
        change: { id: change, index, size: said.length },
        type: resource ? stays : 'ResourceDeleted',
        schema: 1,
        key,
        version,
        at: new Date().toISOString(),
        by: { user: 'test', source: '', client: '' },
        resource,
        ...over,
      });
    });
    for (const wake of this.#wakes) wake();
    return this.events.length;
  }

  read = async (after: number, limit: number) => this.events.slice(after, after + limit);
  follow = this.read;
  head = async () => this.events.length;
  listAll = async () =>
    [...new Map(this.events.map((event) => [keyText(event.key), event])).values()].filter(({ resource }) => resource);
  listen = (wake: () => void) => {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  };
}
