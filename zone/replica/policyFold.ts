import { createHash } from 'node:crypto';
import { Digest } from '../../shared/event/digest.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import { GLOBAL, keyText, parseKeyText, type Resource } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import type { Changed, View } from '../../shared/view/view.ts';
import type { Keyring } from './keyring.ts';

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
  readonly #digest = new Digest((text) => createHash('sha256').update(text).digest());
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

  apply({ key, resource, version }: Pick<LogEvent, 'key' | 'resource' | 'version'>): Changed | undefined {
    this.#digest.set(keyText(key), version, resource ? canonicalJson(resource) : undefined);
    return this.#view.apply({
      origin: GLOBAL,
      key,
      resource: resource && this.#opened({ resource, version }),
      version,
    });
  }

  /** A data key came: what waited for it goes into the view. */
  unlock(keyId: string): Changed | undefined {
    const held = this.#sealed.get(keyId);
    if (!held) return undefined;
    this.#sealed.delete(keyId);
    const { resource, version } = held;
    return this.#view.apply({ origin: GLOBAL, key: resource, resource: this.#opened(held), version, again: true });
  }

  /** Everything of the policy log in the view that is not in `kept`: what a refill has to take away. */
  removeAllBut(kept: ReadonlySet<string>): Changed[] {
    const gone = [...this.#view.all()].filter(
      ({ origin, resource }) => origin === GLOBAL && !kept.has(keyText(resource)),
    );
    return gone.flatMap(({ resource, version }) => {
      const key = parseKeyText(keyText(resource));
      return this.apply({ key, resource: null, version: version + 1 }) ?? [];
    });
  }

  #opened(held: Held): Resource {
    const { resource } = held;
    const sealed = (resource.spec as SecretSpec | undefined)?.sealed;
    if (!sealed || (resource.type !== 'Secret' && resource.type !== 'GlobalSecret')) return resource;
    const data = this.#keyring.open(sealed, keyText(resource));
    if (data === undefined) {
      this.#sealed.set(sealed.keyId, held);
      return resource;
    }
    return { ...resource, spec: { data } };
  }
}
