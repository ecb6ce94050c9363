import type { JsMsg } from '@nats-io/jetstream';
import type { Quarantine } from '../../shared/event/quarantine.ts';
import { ZONE_STATUS } from '../../shared/event/status.ts';
import { isEncoded, keyOfSubject, KEPT_PREFIX, UP_PREFIX, zoneOfSubject } from '../../shared/event/subject.ts';
import { fromZoneMessage } from '../../shared/event/zoneMessage.ts';
import { canonicalJson } from '../../shared/resource/json.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import { GLOBAL, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import type { Changed, Entry, View } from '../../shared/view/view.ts';
import { isUnrooted, removeUnrooted, unroot, writeAnew } from './lostStream.ts';
import type { ZoneSealer } from '../identity/zoneSealer.ts';
import type { ZoneLog } from './ports.ts';

/** A message of a zone came, its own one or another. */
export interface SignOfLife {
  readonly zone: string;
  /** The control plane that reported; absent: the message is no report. */
  readonly instance?: string;
  /** Milliseconds since it was written: 0, except for what lay in the stream already when we came. */
  readonly age: number;
}

type Deps = {
  readonly view: View;
  /** Ours. */
  readonly zone: string;
  readonly registry: Registry;
  readonly log: ZoneLog;
  readonly sealer: ZoneSealer;
  /** A proxy as it goes into the view. */
  readonly fill: (resource: Resource) => Resource;
  readonly quarantine: Quarantine;
  readonly setAside: (stream: string, message: JsMsg, error: unknown) => void;
  readonly applied: (changes: readonly Changed[]) => void;
  readonly isClosed: () => boolean;
  readonly onError: (error: Error) => void;
};

const RETRY_MS = 500;
/** Ingresses are written again as a sign of life, all proxies when they move to another control plane. */
const REPEATED: ReadonlySet<string> = new Set(['Dataplane', 'ZoneIngress', 'ZoneEgress']);
/** What the other zones say must have come by then after our copy of it was lost; what has not is gone. */
const PEERS_REFILL_MS = 30_000;

/** Folds what zones write into the view: this zone's own log, and of the other zones their ingresses. */
export class ZoneLogs {
  readonly #deps: Deps;
  readonly #signListeners = new Set<(sign: SignOfLife) => void>();
  readonly #waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];
  #position = 0;
  /** Of the clock that only runs. */
  #peersLostAt = Number.NaN;
  /** Zones of which something came since. */
  readonly #heardPeers = new Set<string>();
  /** Of our log everything has come that was there when we began; what comes now is being written now. */
  #ownIsLive = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Calls back with every message. Returns the function that ends it. */
  onSignOfLife(listener: (sign: SignOfLife) => void): () => void {
    this.#signListeners.add(listener);
    return () => this.#signListeners.delete(listener);
  }

  /** Resolves when the view holds the message of our log with that sequence. */
  applied(sequence: number): Promise<void> {
    if (sequence <= this.#position) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ sequence, resolve }));
  }

  take(stream: 'ZONE' | 'PEERS', message: JsMsg): void {
    // Some zone says it in another one's name: nothing is lost with it.
    if (stream === 'PEERS' && !isEncoded(message.subject)) {
      this.#deps.onError(new Error(`passed over, since no zone writes there: PEERS ${message.subject}`));
      return;
    }
    try {
      this.#apply(stream, message);
    } catch (error) {
      this.#deps.setAside(stream, message, error);
    } finally {
      while (this.#waiting[0] && this.#waiting[0].sequence <= this.#position) this.#waiting.shift()?.resolve();
    }
  }

  /** The stream of our log is another one: what we know of it is written there. */
  ownLogLost(): void {
    this.#position = 0;
    void this.#writeAnewOrRetry(unroot(this.#deps.view, (origin) => origin === this.#deps.zone));
  }

  ownCaughtUp(): void {
    this.#ownIsLive = true;
  }

  peersLost(): void {
    unroot(this.#deps.view, this.#isPeers);
    this.#heardPeers.clear();
    this.#peersLostAt = performance.now();
  }

  peersCaughtUp(): void {
    if (!(performance.now() - this.#peersLostAt > PEERS_REFILL_MS)) return;
    this.#peersLostAt = Number.NaN;
    // A hub that is another one, or lost its files, may not have heard of all zones: of those, what we know stays.
    this.#deps.applied(removeUnrooted(this.#deps.view, (origin) => this.#heardPeers.has(origin)));
  }

  readonly #isPeers = (origin: string) => origin !== GLOBAL && origin !== this.#deps.zone;

  #apply(stream: 'ZONE' | 'PEERS', message: JsMsg): void {
    const { view, zone, registry, fill, quarantine, applied } = this.#deps;
    const peer = stream === 'PEERS' ? zoneOfSubject(message.subject) : undefined;
    const kept = stream === 'ZONE' ? keyOfSubject(KEPT_PREFIX, message.subject) : undefined;
    const key = kept ?? (stream === 'ZONE' ? keyOfSubject(UP_PREFIX, message.subject) : peer?.key);
    const origin = stream === 'ZONE' ? zone : peer?.zone;
    if (!key || origin === undefined) throw new Error('its subject names no resource');
    if (stream === 'ZONE') this.#position = message.seq;
    if (stream === 'PEERS' && origin === zone) return; // our own ingresses come back through the hub
    if (stream === 'PEERS') this.#heardPeers.add(origin);
    const isStatus = key.type === ZONE_STATUS;
    // Clocks differ, so the time of day is only asked where nothing else tells.
    const age = this.#ownIsLive ? 0 : Math.max(0, Date.now() - message.time.getTime());
    const sign = { zone: origin, age, ...(isStatus ? { instance: key.name } : {}) };
    for (const listener of this.#signListeners) listener(sign);
    if (isStatus) return; // is for global
    const { open } = this.#deps.sealer;
    const said = fromZoneMessage(registry, { zone: origin, key, body: message.string(), ...(kept && { open }) });
    const resource = said && fill(said);
    quarantine.remove(stream, message.subject);
    if (resource && this.#saysTheSame(key, origin, resource)) {
      view.touch(key, origin, message.seq);
      return;
    }
    const changed = view.apply({ origin, key, resource, version: message.seq });
    if (changed) applied([changed]);
  }

  /** What is written again without a change, and what came from a stream that was lost and comes once more. */
  #saysTheSame(key: ResourceKey, origin: string, resource: Resource): boolean {
    const entry = this.#deps.view.get(key, origin);
    if (!entry || (!REPEATED.has(key.type) && !isUnrooted(entry))) return false;
    return canonicalJson(entry.resource) === canonicalJson(resource);
  }

  async #writeAnewOrRetry(entries: readonly Entry[]): Promise<void> {
    const { view, log, isClosed, onError } = this.#deps;
    for (;;) {
      try {
        return await writeAnew(view, log, entries);
      } catch (error) {
        if (isClosed()) return;
        onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
