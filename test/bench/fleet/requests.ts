import type { Protocol } from './messages.ts';
import { type Response, writeDelta, writeSotw } from './wire.ts';

/** The requests of one stream, as Envoy words them; undefined where it says nothing. */
export interface Requests {
  /** The first of a kind. Only the first of a stream has the node. */
  open(typeUrl: string, names: readonly string[], node?: Uint8Array): Uint8Array;
  acknowledge(response: Response): Uint8Array;
  /** @param warming clusters changed, which have to get their endpoints again, also where those are the same: Envoy waits for them */
  resubscribe(
    typeUrl: string,
    added: readonly string[],
    removed: readonly string[],
    warming: boolean,
  ): Uint8Array | undefined;
}

export function requestsOf(protocol: Protocol): Requests {
  return protocol === 'delta' ? new DeltaRequests() : new SotwRequests();
}

class DeltaRequests implements Requests {
  open(typeUrl: string, names: readonly string[], node?: Uint8Array): Uint8Array {
    return writeDelta({ typeUrl, node, subscribe: names });
  }

  acknowledge({ typeUrl, nonce }: Response): Uint8Array {
    return writeDelta({ typeUrl, nonce });
  }

  resubscribe(typeUrl: string, subscribe: readonly string[], unsubscribe: readonly string[]): Uint8Array | undefined {
    if (subscribe.length === 0 && unsubscribe.length === 0) return undefined;
    return writeDelta({ typeUrl, subscribe, unsubscribe });
  }
}

/** Every request repeats all names, and the version and nonce of the newest response of its kind. */
class SotwRequests implements Requests {
  readonly #kinds = new Map<string, { names: Set<string>; version: string; nonce: string }>();

  open(typeUrl: string, names: readonly string[], node?: Uint8Array): Uint8Array {
    const kind = { names: new Set(names), version: '', nonce: '' };
    this.#kinds.set(typeUrl, kind);
    return writeSotw({ typeUrl, node, ...kind });
  }

  acknowledge({ typeUrl, version, nonce }: Response): Uint8Array {
    const kind = { names: this.#kinds.get(typeUrl)?.names ?? new Set<string>(), version, nonce };
    this.#kinds.set(typeUrl, kind);
    return writeSotw({ typeUrl, ...kind });
  }

  resubscribe(
    typeUrl: string,
    added: readonly string[],
    removed: readonly string[],
    warming: boolean,
  ): Uint8Array | undefined {
    const kind = this.#kinds.get(typeUrl);
    if (!kind || (added.length === 0 && removed.length === 0 && !warming)) return undefined;
    for (const name of added) kind.names.add(name);
    for (const name of removed) kind.names.delete(name);
    return writeSotw({ typeUrl, ...kind });
  }
}
