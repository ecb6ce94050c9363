import { EMPTY_SNAPSHOT, type Snapshot, XDS_KINDS, type XdsKind, type XdsResource } from './snapshot.ts';

/** The resources of one proxy while its snapshot is being made. What is added may be shared with other proxies. */
export class ResourceSet {
  readonly #kinds: Record<XdsKind, Map<string, XdsResource>>;

  constructor(from: Snapshot = EMPTY_SNAPSHOT) {
    this.#kinds = {
      cluster: new Map(from.cluster),
      endpoint: new Map(from.endpoint),
      secret: new Map(from.secret),
      listener: new Map(from.listener),
      route: new Map(from.route),
    };
  }

  /** Adds, or replaces the one of that name. `resource` may be any of the generated `…Json` types. */
  put(kind: XdsKind, name: string, resource: object): void {
    this.#kinds[kind].set(name, resource as XdsResource);
  }

  get(kind: XdsKind, name: string): XdsResource | undefined {
    return this.#kinds[kind].get(name);
  }

  remove(kind: XdsKind, name: string): void {
    this.#kinds[kind].delete(name);
  }

  names(kind: XdsKind): string[] {
    return [...this.#kinds[kind].keys()];
  }

  /**
   * Edits a copy of a resource and puts it in its place, since the one in the set may be shared.
   * @returns whether there was one.
   */
  edit(kind: XdsKind, name: string, change: (copy: XdsResource) => void): boolean {
    const shared = this.#kinds[kind].get(name);
    if (!shared) return false;
    const copy = structuredClone(shared);
    change(copy);
    this.#kinds[kind].set(name, copy);
    return true;
  }

  /** Sorted by name, so that equal sets give equal snapshots. */
  snapshot(): Snapshot {
    const sorted = XDS_KINDS.map((kind) => [
      kind,
      new Map([...this.#kinds[kind]].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    ]);
    return Object.fromEntries(sorted) as Snapshot;
  }
}
