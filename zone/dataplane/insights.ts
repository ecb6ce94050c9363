import type { JsonObject } from '../../shared/resource/json.ts';
import { enabledBackend, type MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { PROXY_KINDS, type Proxy } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import type { IssuedIdentity } from '../identity/identityKeeper.ts';
import { StaleWrite, type ZoneLog } from '../replica/ports.ts';
import { type Connection, type Counters, mtls, subscription, withSubscription } from './insightResource.ts';
import type { NodeMetadata } from './nodeMetadata.ts';
import { resourceType } from './proxyResource.ts';
import { Turns } from './turns.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly log: ZoneLog;
  /** Id of this control plane. */
  readonly instance: string;
  /** Is there another control plane in the zone, which may write about the same proxy? Alone, writes need no condition. */
  readonly isShared: () => boolean;
  readonly counters: (proxyId: string) => Counters | undefined;
  readonly issued: (proxyId: string) => IssuedIdentity | undefined;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly later: (ms: number, callback: () => void) => () => void;
  readonly failed: (proxy: Proxy, error: Error) => void;
};

interface Watched {
  readonly proxy: Proxy;
  connection: Connection;
  /** Taken when it closed: the server forgets them then. */
  counters?: Counters | undefined;
  cancel?: (() => void) | undefined;
  due: number;
  /** The last write failed, which was told. */
  failing?: boolean;
}

/** Who connected, left or refused something is known elsewhere soon; counters that went up can wait, as long as Kuma has them wait. */
const SOON_MS = 200;
/** After a write that failed, too: a zone log that is away fails all of them. */
const COUNTERS_MS = 10_000;

/** Writes the insights of Dataplanes and zone proxies to the zone log: merged, so that a busy proxy costs a message in a while. */
export class Insights {
  readonly #deps: Deps;
  readonly #watched = new Map<string, Watched>();
  readonly #writing = new Set<Promise<void>>();
  readonly #soon = new Turns();
  readonly #counters = new Turns();
  #stopping = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  connected(proxy: Proxy, node: NodeMetadata): void {
    this.#watched.get(proxy.id)?.cancel?.();
    const connection = { id: this.#deps.newId(), connectTime: this.#deps.now().toISOString(), version: node.versions };
    this.#watched.set(proxy.id, { proxy, connection, due: Number.POSITIVE_INFINITY });
    this.changed(proxy.id, true);
  }

  /** Counters or the certificate changed. @param soon it matters to somebody */
  changed(proxyId: string, soon: boolean): void {
    const watched = this.#watched.get(proxyId);
    if (!watched) return;
    const now = this.#deps.now().getTime();
    const due = now + (soon ? SOON_MS : COUNTERS_MS);
    if (watched.cancel && watched.due <= due) return;
    watched.cancel?.();
    watched.due = due;
    const turn = (soon ? this.#soon : this.#counters).take(due);
    watched.cancel = this.#deps.later(turn - now, () => this.#write(watched));
  }

  disconnected(proxy: Proxy, counters: Counters | undefined): void {
    const watched = this.#watched.get(proxy.id);
    if (!watched) return;
    watched.connection = { ...watched.connection, disconnectTime: this.#deps.now().toISOString() };
    watched.counters = counters;
    this.changed(proxy.id, true);
  }

  /** Closes the connections of this control plane, writes what is outstanding and waits for it. */
  async stop(): Promise<void> {
    this.#stopping = true; // there is no second try any more, and the proxies are still here
    for (const watched of this.#watched.values()) {
      watched.cancel?.();
      watched.counters ??= this.#deps.counters(watched.proxy.id);
      watched.connection = { disconnectTime: this.#deps.now().toISOString(), ...watched.connection };
      this.#write(watched);
    }
    await Promise.allSettled(this.#writing);
  }

  /** Closes subscriptions that control planes left open which are no more. */
  closeLeftovers(isLive: (instance: string) => boolean): void {
    const at = this.#deps.now().toISOString();
    for (const kind of PROXY_KINDS) {
      for (const { origin, resource, version } of [...this.#deps.view.entriesOfType(`${resourceType(kind)}Insight`)]) {
        const open = (one: JsonObject) => !one.disconnectTime && !isLive(String(one.controlPlaneInstanceId));
        const before = subscriptionsOf(resource);
        if (origin !== this.#deps.zone || !before.some(open)) continue;
        const subscriptions = before.map((one) => (open(one) ? { ...one, disconnectTime: at } : one));
        this.#put(
          { ...resource, modificationTime: at, spec: { ...(resource.spec as JsonObject), subscriptions } },
          version,
          () => {},
        );
      }
    }
  }

  #write(watched: Watched): void {
    watched.cancel = undefined;
    const { proxy, connection } = watched;
    const { view, zone } = this.#deps;
    const at = this.#deps.now().toISOString();
    const key = { mesh: proxy.mesh, name: proxy.name };
    const type = resourceType(proxy.kind);
    const closed = connection.disconnectTime !== undefined;
    if (closed) this.#watched.delete(proxy.id);
    // An insight goes with its Dataplane, and must not come back after it.
    if (!view.get({ type, ...key }, zone)) return;
    const entry = view.get({ type: `${type}Insight`, ...key }, zone);
    const before = entry?.resource;
    const own = subscription(connection, watched.counters ?? this.#deps.counters(proxy.id), this.#deps.instance, at);
    const { mTLS: former, ...known } = (before?.spec ?? {}) as JsonObject;
    const issued = this.#deps.issued(proxy.id);
    // Another control plane's word holds, but not longer than the mesh's mTLS.
    const mTLS = issued ? mtls(issued) : hasMtls(view, proxy.mesh) ? former : undefined;
    const spec = {
      ...known,
      subscriptions: withSubscription(subscriptionsOf(before), own, at),
      ...(mTLS === undefined ? {} : { mTLS }),
      metadata: { ...proxy.metadata } as unknown as JsonObject,
    };
    const times = { creationTime: before?.creationTime ?? at, modificationTime: at };
    const insight = { type: `${type}Insight`, ...key, labels: before?.labels ?? {}, ...times, spec };
    this.#put(insight, entry?.version, (error) => this.#again(watched, closed, error));
  }

  /** Once more: where another control plane wrote about the proxy, upon that. */
  #again(watched: Watched, closed: boolean, error: Error | undefined): void {
    const { proxy } = watched;
    const isOthers = error instanceof StaleWrite;
    if (error && !isOthers && !watched.failing) this.#deps.failed(proxy, error);
    watched.failing = error !== undefined && !isOthers;
    if (!error || this.#stopping) return;
    if (closed && !this.#watched.has(proxy.id)) this.#watched.set(proxy.id, watched);
    this.changed(proxy.id, isOthers);
  }

  #put(resource: Resource, expected: number | undefined, done: (error?: Error) => void): void {
    const writing: Promise<void> = this.#deps.log
      .put(resource, this.#stopping || !this.#deps.isShared() ? undefined : expected)
      .then(() => done(), done)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }
}

function hasMtls(view: View, mesh: string): boolean {
  const spec = view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined;
  return enabledBackend(spec) !== undefined;
}

function subscriptionsOf(insight: Resource | undefined): JsonObject[] {
  return ((insight?.spec as { subscriptions?: JsonObject[] } | undefined)?.subscriptions ?? []) as JsonObject[];
}
