import type { CopiedAside, CopiedEntry, LocalCopy } from './localCopy.ts';

/** What is to be written to the copy with the next save. */
export class UnsavedChanges {
  readonly #copy: LocalCopy;
  #entries = new Map<string, CopiedEntry>();
  #aside = new Map<string, CopiedAside | undefined>();
  #grants = new Map<string, string>();
  #replace = false;

  constructor(copy: LocalCopy) {
    this.#copy = copy;
  }

  entry(entry: CopiedEntry): void {
    this.#entries.set(entry.key, entry);
  }

  /** @param one `undefined`: it is no longer set aside. */
  aside(key: string, one: CopiedAside | undefined): void {
    this.#aside.set(key, one);
  }

  grant(keyId: string, body: string): void {
    this.#grants.set(keyId, body);
  }

  /** What is there, and what was to be written, is to be forgotten first. */
  replace(): void {
    this.#entries.clear();
    this.#aside.clear();
    this.#replace = true;
  }

  /** In one transaction. Nothing is lost when it fails: the next one writes it. @throws Error of the database. */
  save(logId: string, position: number): void {
    if (!this.#replace && this.#entries.size === 0 && this.#aside.size === 0 && this.#grants.size === 0) return;
    const changes = { logId, position, entries: [...this.#entries.values()], aside: this.#aside, grants: this.#grants };
    this.#copy.save(changes, this.#replace);
    this.#entries = new Map();
    this.#aside = new Map();
    this.#grants = new Map();
    this.#replace = false;
  }
}
