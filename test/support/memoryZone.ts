import { keyOf, type Origin, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { type Applied, type Replica, StaleWrite, type ZoneLog } from '../../zone/replica/ports.ts';

/** A replica and a zone log without NATS: what is written is in the view at once. */
export class MemoryZone implements Replica, ZoneLog {
  readonly view = new View();
  readonly #zone: string;
  readonly #listeners = new Set<(applied: Applied) => void>();
  #sequence = 0;
  #position = 0;

  constructor(zone: string) {
    this.#zone = zone;
  }

  position(): number {
    return this.#position;
  }

  digest(): string {
    return '';
  }

  ready(): boolean {
    return true;
  }

  onApplied(listener: (applied: Applied) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async applied(): Promise<void> {}

  async put(resource: Resource, expected?: number): Promise<number> {
    this.#expect(resource, expected);
    return this.#apply(this.#zone, resource, resource);
  }

  async delete(key: ResourceKey, expected?: number): Promise<number> {
    this.#expect(key, expected);
    return this.#apply(this.#zone, key, null);
  }

  /** As global would, with one change. */
  global(...resources: readonly Resource[]): string {
    return this.#change(resources.map((resource) => ({ key: keyOf(resource), resource })));
  }

  /** What any writer's log says: global's (`''`), this zone's or another one's. */
  write(origin: Origin, resource: Resource, deleted: boolean): void {
    if (origin !== '') this.#apply(origin, resource, deleted ? null : resource);
    else this.#change([{ key: keyOf(resource), resource: deleted ? null : resource }]);
  }

  #change(parts: readonly { readonly key: ResourceKey; readonly resource: Resource | null }[]): string {
    const id = `change-${++this.#position}`;
    const changes = parts.flatMap((part) => {
      const changed = this.view.apply({ origin: '', ...part, version: ++this.#sequence });
      return changed ? [changed] : [];
    });
    this.#tell({ changes, position: this.#position, change: { id, at: new Date().toISOString() } });
    return id;
  }

  #expect(key: ResourceKey, expected: number | undefined): void {
    const version = this.view.get(key, this.#zone)?.version ?? 0;
    if (expected !== undefined && expected !== version) throw new StaleWrite(`expected ${expected}, is ${version}`);
  }

  #apply(origin: Origin, key: ResourceKey, resource: Resource | null): number {
    const changed = this.view.apply({ origin, key: keyOf({ ...key }), resource, version: ++this.#sequence });
    if (changed) this.#tell({ changes: [changed], position: this.#position });
    return this.#sequence;
  }

  #tell(applied: Applied): void {
    for (const listener of this.#listeners) listener(applied);
  }
}
