import type { Origin, Resource, ResourceKey } from '../resource/resource.ts';

/** One fact for a view, already unsealed: what a log event or a zone's message says. */
interface Update {
  readonly origin: Origin;
  readonly key: ResourceKey;
  /** `null`: deleted. */
  readonly resource: Resource | null;
  /** Version within the writer's log: a policy event's per-resource version, a zone message's stream sequence. */
  readonly version: number;
  /** The same version once more, with what could not be read before: a secret whose key came after it. */
  readonly again?: boolean;
}

/** What an update did to the view. */
export interface Changed {
  readonly origin: Origin;
  readonly key: ResourceKey;
  readonly before: Resource | null;
  readonly after: Resource | null;
}

export interface Entry {
  readonly origin: Origin;
  readonly resource: Resource;
  readonly version: number;
}

/** At least so many of the newest changes; a crowd of proxies makes some hundred between two looks. */
const REMEMBERED = 500;

/**
 * A fold of log prefixes: all resources that a control plane knows, of global and of the zones. Mutable for speed (one
 * owner applies, everybody reads between two updates); `clone` gives the copy that a dry run folds proposals on.
 */
export class View {
  /** type → mesh → `origin/name` → entry; inner maps are kept sorted only when listed. */
  readonly #types = new Map<string, Map<string, Map<string, Entry>>>();
  readonly #revisions = new Map<string, number>();
  /** `mesh/type` → its newest changes, oldest first, where somebody asks for them. */
  readonly #recent = new Map<string, Changed[]>();
  #revision = 0;

  /** Counts updates that changed something. Part of cache keys. */
  get revision(): number {
    return this.#revision;
  }

  /** Counts the changes of one type in one mesh (`''`: the global scope). Part of cache keys. */
  revisionOf(type: string, mesh: string): number {
    return this.#revisions.get(`${mesh}/${type}`) ?? 0;
  }

  /** @returns what changed; `undefined` when the view already was in that state, or knows something newer. */
  apply(update: Update): Changed | undefined {
    const { key, origin, resource } = update;
    const id = `${origin}/${key.name}`;
    const entries = this.#entries(key);
    const known = entries.get(id);
    if (known && (update.again ? known.version !== update.version : known.version >= update.version)) return undefined;
    if (resource) entries.set(id, { origin, resource, version: update.version });
    else if (!entries.delete(id)) return undefined;
    this.#revision++;
    const counter = `${key.mesh}/${key.type}`;
    this.#revisions.set(counter, (this.#revisions.get(counter) ?? 0) + 1);
    const changed = { origin, key, before: known?.resource ?? null, after: resource };
    const recent = this.#recent.get(counter);
    if (recent && recent.push(changed) > 2 * REMEMBERED) recent.splice(0, REMEMBERED);
    return changed;
  }

  /**
   * What changed of a type in one mesh since it had that revision, oldest first; `undefined`: that is longer ago than is remembered,
   * which begins with the first question.
   */
  changesSince(type: string, mesh: string, revision: number): readonly Changed[] | undefined {
    const counter = `${mesh}/${type}`;
    const count = this.revisionOf(type, mesh) - revision;
    let recent = this.#recent.get(counter);
    if (!recent) this.#recent.set(counter, (recent = []));
    return count <= recent.length ? recent.slice(recent.length - count) : undefined;
  }

  /** The same was written once more: only its version moves, nothing changed. */
  touch(key: ResourceKey, origin: Origin, version: number): void {
    const entries = this.#entries(key);
    const known = entries.get(`${origin}/${key.name}`);
    if (known && version > known.version) entries.set(`${origin}/${key.name}`, { ...known, version });
  }

  get(key: ResourceKey, origin: Origin = ''): Entry | undefined {
    return this.#types.get(key.type)?.get(key.mesh)?.get(`${origin}/${key.name}`);
  }

  /** The resource of that name, whoever wrote it; global's wins over a zone's. */
  find(key: ResourceKey): Entry | undefined {
    const entries = this.#types.get(key.type)?.get(key.mesh);
    if (!entries) return undefined;
    const own = entries.get(`/${key.name}`);
    if (own) return own;
    for (const entry of entries.values()) if (entry.resource.name === key.name) return entry;
    return undefined;
  }

  /** All of a type in one mesh, in no particular order. */
  entries(type: string, mesh: string): Iterable<Entry> {
    return this.#types.get(type)?.get(mesh)?.values() ?? [];
  }

  count(type: string, mesh: string): number {
    return this.#types.get(type)?.get(mesh)?.size ?? 0;
  }

  /** All of a type in all meshes, in no particular order. */
  *entriesOfType(type: string): Iterable<Entry> {
    for (const entries of this.#types.get(type)?.values() ?? []) yield* entries.values();
  }

  *all(): Iterable<Entry> {
    for (const type of this.#types.keys()) yield* this.entriesOfType(type);
  }

  /** An independent copy; resources are shared, since they never change. */
  clone(): View {
    const copy = new View();
    for (const { origin, resource, version } of this.all()) copy.apply({ origin, key: resource, resource, version });
    return copy;
  }

  #entries(key: ResourceKey): Map<string, Entry> {
    let meshes = this.#types.get(key.type);
    if (!meshes) this.#types.set(key.type, (meshes = new Map()));
    let entries = meshes.get(key.mesh);
    if (!entries) meshes.set(key.mesh, (entries = new Map()));
    return entries;
  }
}
