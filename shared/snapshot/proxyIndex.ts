import type { Generated } from './generateSnapshot.ts';
import type { Indexes } from './indexChanges.ts';
import type { Proxy } from './proxy.ts';

/** A connected proxy and what its current snapshot was made from. */
export interface TrackedProxy {
  readonly proxy: Proxy;
  readonly generated: Generated;
  /** mesh → the newest services known to give the same snapshot. */
  indexes: Indexes;
}

/** The connected proxies of a zone control plane, found by what may change for them. */
export class ProxyIndex {
  readonly #proxies = new Map<string, TrackedProxy>();
  readonly #sidecars = new Map<string, Map<string, TrackedProxy>>();
  readonly #zoneProxies = new Map<string, TrackedProxy>();
  readonly #directCallers = new Map<string, TrackedProxy>();

  /** Adds a proxy, or replaces what is known of it: to be called with every snapshot that is made for it. */
  update(proxy: Proxy, generated: Generated): void {
    const tracked: TrackedProxy = { proxy, generated, indexes: generated.indexes };
    this.#proxies.set(proxy.id, tracked);
    if (generated.direct.size > 0) this.#directCallers.set(proxy.id, tracked);
    else this.#directCallers.delete(proxy.id);
    if (proxy.kind !== 'sidecar') {
      this.#zoneProxies.set(proxy.name, tracked);
      return;
    }
    let mesh = this.#sidecars.get(proxy.mesh);
    if (!mesh) this.#sidecars.set(proxy.mesh, (mesh = new Map()));
    mesh.set(proxy.name, tracked);
  }

  remove(proxyId: string): void {
    const proxy = this.#proxies.get(proxyId)?.proxy;
    if (!proxy) return;
    this.#proxies.delete(proxyId);
    this.#directCallers.delete(proxyId);
    if (proxy.kind !== 'sidecar') this.#zoneProxies.delete(proxy.name);
    else if (this.#sidecars.get(proxy.mesh)?.delete(proxy.name) && this.#sidecars.get(proxy.mesh)?.size === 0)
      this.#sidecars.delete(proxy.mesh);
  }

  get(proxyId: string): TrackedProxy | undefined {
    return this.#proxies.get(proxyId);
  }

  sidecar(mesh: string, name: string): TrackedProxy | undefined {
    return this.#sidecars.get(mesh)?.get(name);
  }

  sidecars(mesh: string): Iterable<TrackedProxy> {
    return this.#sidecars.get(mesh)?.values() ?? [];
  }

  /** Those that dial instances of some service by their address: few or none, whom every change of a Dataplane is held against. */
  directCallers(): Iterable<TrackedProxy> {
    return this.#directCallers.values();
  }

  zoneProxy(name: string): TrackedProxy | undefined {
    return this.#zoneProxies.get(name);
  }

  zoneProxies(): Iterable<TrackedProxy> {
    return this.#zoneProxies.values();
  }

  all(): Iterable<TrackedProxy> {
    return this.#proxies.values();
  }
}
