import { hash } from 'node:crypto';
import { Digest } from '../../shared/event/digest.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { GLOBAL, keyOf, keyText, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import { sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import type { Changed, Entry, View } from '../../shared/view/view.ts';
import type { Keyring } from './keyring.ts';

/** A resource after an event of the policy log. */
export interface Folded {
  readonly key: ResourceKey;
  /** `null`: deleted. */
  readonly resource: Resource | null;
  readonly version: number;
  /** The resource as it was published; absent: just so. */
  readonly content?: unknown;
}

/** An entry of the policy log that is in the view, as it stands in the log. */
interface Held {
  readonly version: number;
  readonly resource: Resource;
}

/**
 * Folds the policy log into the view and keeps the digest over what the log says, secrets sealed. Into the view goes what
 * this zone can read of it: a secret is opened on the way, or as soon as its key comes.
 */
export class PolicyFold {
  readonly #view: View;
  readonly #keyring: Pick<Keyring, 'open'>;
  #digest = newDigest();
  /** Secrets whose key has not come yet, by key id. */
  readonly #sealed = new Map<string, Held>();

  constructor(view: View, keyring: Pick<Keyring, 'open'>) {
    this.#view = view;
    this.#keyring = keyring;
  }

  get digest(): string {
    return this.#digest.hex;
  }

  get waitingForKeys(): number {
    return this.#sealed.size;
  }

  /** The digest is made of what was published: readers of neighbouring versions differ in what they make of it. */
  apply({ key, resource, version, content = resource }: Folded): Changed | undefined {
    this.#digest.set(keyText(key), version, content ? canonicalJson(content) : undefined);
    return this.#view.apply({
      origin: GLOBAL,
      key,
      resource: resource && this.#opened({ resource, version }),
      version,
    });
  }

  /** It cannot be applied: the digest takes it in, so that it stays comparable; the view keeps what was before. */
  passOver({ key, version, content }: Omit<Folded, 'resource'>): void {
    this.#digest.set(keyText(key), version, content ? canonicalJson(content) : undefined);
  }

  /**
   * Everything anew, whatever was there. @param kept keys that stay in the view as they are, since what came for them cannot be applied.
   * @returns what it changed in the view.
   */
  replace(entries: Iterable<Folded>, kept: ReadonlySet<string>): Changed[] {
    const before = new Map<string, Entry>();
    for (const entry of this.#view.all()) if (entry.origin === GLOBAL) before.set(keyText(entry.resource), entry);
    this.#digest = newDigest();
    this.#sealed.clear();
    const changes: Changed[] = [];
    for (const entry of entries) {
      const known = before.get(keyText(entry.key));
      before.delete(keyText(entry.key));
      if (known) this.#remove(known);
      const changed = this.apply(entry);
      const after = changed?.after ?? null;
      if (canonicalJson(known?.resource) !== canonicalJson(after ?? undefined))
        changes.push({ origin: GLOBAL, key: keyOf(entry.key), before: known?.resource ?? null, after });
    }
    for (const [key, known] of before) {
      if (kept.has(key)) continue;
      this.#remove(known);
      changes.push({ origin: GLOBAL, key: keyOf(known.resource), before: known.resource, after: null });
    }
    return changes;
  }

  /** A data key came: what waited for it goes into the view. */
  unlock(keyId: string): Changed | undefined {
    const held = this.#sealed.get(keyId);
    if (!held) return undefined;
    this.#sealed.delete(keyId);
    const { resource, version } = held;
    return this.#view.apply({ origin: GLOBAL, key: resource, resource: this.#opened(held), version, again: true });
  }

  #remove({ resource }: Entry): void {
    this.#view.apply({ origin: GLOBAL, key: resource, resource: null, version: Number.MAX_SAFE_INTEGER });
  }

  #opened(held: Held): Resource {
    const { resource } = held;
    const sealed = sealedIn(resource);
    if (!sealed) return resource;
    const data = this.#keyring.open(sealed, keyText(resource));
    if (data === undefined) {
      this.#sealed.set(sealed.keyId, held);
      return resource;
    }
    return { ...resource, spec: { data } };
  }
}

function newDigest(): Digest {
  return new Digest((text) => hash('sha256', text, 'buffer'));
}
