import { canonicalJson } from '../../shared/resource/json.ts';
import type { Registry } from '../../shared/resource/registry.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import type { Role } from '../../shared/resource/role.ts';
import type { ZoneIngressSpec } from '../../shared/resource/zoneingress/spec.ts';
import { PROXY_KINDS, type Proxy } from '../../shared/snapshot/proxy.ts';
import type { View } from '../../shared/view/view.ts';
import type { Admit, StreamOpening } from '../ads/ports.ts';
import { verifyDataplaneToken, verifyZoneToken } from '../identity/verifyToken.ts';
import { type Replica, StaleWrite, type ZoneLog } from '../replica/ports.ts';
import { Departures } from './departures.ts';
import { type NodeMetadata, parseNodeId, readNodeMetadata } from './nodeMetadata.ts';
import { AUTO_REGISTERED_LABEL, ProxyRefused, proxyResource, resourceType } from './proxyResource.ts';
import { verifyBearer } from './verifyBearer.ts';

type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

type RegistrationDeps = {
  readonly registry: Registry;
  readonly replica: Pick<Replica, 'view' | 'applied' | 'ready'>;
  readonly log: ZoneLog;
  /** Mode `zone` (or `standalone`) and the zone's name. */
  readonly role: Role;
  readonly zone: string;
  readonly auth: 'dpToken' | 'none';
  /** A proxy whose stream ended may come back for so long before what it registered is deleted. */
  readonly graceMs: number;
  /** When most of the proxies left at once, they may for so long. */
  readonly returnMs: number;
  /** How many proxies hold a stream of this control plane. */
  readonly connected: () => number;
  /** Does a control plane of the zone, this one included, hold a stream of that proxy? */
  readonly isConnected: (proxyId: string) => boolean;
  /** Is there another control plane in the zone, which the proxy may come from? */
  readonly isShared: () => boolean;
  readonly admitted: (proxy: Proxy, node: NodeMetadata) => void;
  readonly now: () => Date;
  /** Calls back after that many milliseconds, unless it is taken back. */
  readonly later: (ms: number, callback: () => void) => () => void;
  readonly logger: Log;
};

class NotReady extends Error {
  override name = 'NotReady';
  /** UNAVAILABLE. */
  readonly grpcStatus = 14;
}

/**
 * Admits proxies, as Kuma does (its pkg/xds/auth and pkg/xds/server/callbacks/dataplane_lifecycle.go): authenticates, puts the Dataplane,
 * ZoneIngress or ZoneEgress they bring into the zone log and waits until the own view holds it, so that the first snapshot is made upon it.
 * What came with a connection goes with it.
 */
export class Registration {
  readonly #deps: RegistrationDeps;
  readonly #departures: Departures;
  /** Deletions that the own view does not show yet. */
  readonly #removing = new Map<string, Promise<void>>();
  /** Proxies that may be registered already, but have no stream before they are admitted. */
  readonly #admitting = new Map<string, number>();
  readonly #view: View;
  #stopped = false;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
    this.#view = deps.replica.view;
    this.#departures = new Departures({
      ...deps,
      massDeparture: (away, connected) =>
        deps.logger.warn({ away, connected }, 'most proxies left at once: what they registered stays for dp.return'),
    });
  }

  /** @throws ProxyRefused or TokenRefused, which close the stream */
  readonly admit: Admit = async (opening) => {
    const { nodeId } = opening;
    this.#admitting.set(nodeId, (this.#admitting.get(nodeId) ?? 0) + 1);
    try {
      return await this.#admit(opening);
    } finally {
      const others = (this.#admitting.get(nodeId) ?? 0) - 1;
      if (others > 0) this.#admitting.set(nodeId, others);
      else this.#admitting.delete(nodeId);
    }
  };

  async #admit(opening: StreamOpening): Promise<Proxy> {
    if (!this.#deps.replica.ready())
      throw new NotReady('the zone is not ready yet: its copy of the log is being filled');
    const { proxy, node, existing, brought } = this.#read(opening);
    await this.#authenticate(opening.token, proxy, [brought, existing]);
    this.#departures.returned(proxy.id);
    try {
      // It may have been on its way out when the proxy came back.
      await this.#removing.get(proxy.id);
      const stored = this.#find(proxy);
      if (brought) await this.#register(brought, stored);
      else if (!stored)
        throw new ProxyRefused(
          `there is no ${resourceType(proxy.kind)} ${proxy.name}${proxy.mesh ? ` in mesh ${proxy.mesh}` : ''}, and the proxy brings none`,
        );
      this.#deps.admitted(proxy, node);
      return proxy;
    } finally {
      // Its stream may have ended meanwhile, and nobody would tell us that it left.
      if (!this.#deps.isConnected(proxy.id)) this.#awaitReturn(keyOf(proxy));
    }
  }

  /** The stream of a proxy that was admitted is open. */
  connected(proxy: Proxy): void {
    this.#departures.returned(proxy.id);
  }

  /** The proxy's last stream ended: when it does not come back in time, what it registered is deleted. */
  disconnected(proxy: Proxy): void {
    this.#awaitReturn(keyOf(proxy));
  }

  /**
   * Deletes what proxies registered that are not connected to anybody: they left while no control plane was looking. To be
   * called some time after the start, when all have had the time to come back.
   */
  removeLeftovers(): void {
    for (const kind of PROXY_KINDS) {
      for (const { origin, resource, version } of [...this.#view.entriesOfType(resourceType(kind))]) {
        if (origin !== this.#deps.zone || !resource.labels[AUTO_REGISTERED_LABEL]) continue;
        const id = idOf(resource);
        // Who left since is waited for as anybody else.
        const isHere = this.#deps.isConnected(id) || this.#admitting.has(id) || this.#departures.awaits(id);
        if (!isHere) this.#remove(resource, version);
      }
    }
  }

  /** The control plane goes: its proxies do not, and what they registered stays. */
  stop(): void {
    this.#stopped = true;
    this.#departures.stop();
  }

  #read({ nodeId, metadata }: StreamOpening) {
    const { mesh, name } = parseNodeId(nodeId);
    const node = readNodeMetadata(metadata);
    const proxy: Proxy = { id: nodeId, kind: node.kind, mesh, name, metadata: node.proxy };
    if ((node.kind === 'sidecar') !== (mesh !== ''))
      throw new ProxyRefused(`node.id is "${nodeId}", but the proxy is of kind ${node.kind}`);
    if (mesh && !this.#view.get({ type: 'Mesh', mesh: '', name: mesh }))
      throw new ProxyRefused(`there is no mesh ${mesh}`);
    if (node.kind !== 'sidecar') this.#refuseNamesake(node.kind, name);
    const brought = node.resource
      ? proxyResource(node.resource, node.kind, { ...this.#deps, view: this.#view })
      : undefined;
    if (brought && (brought.name !== name || brought.mesh !== mesh)) {
      throw new ProxyRefused(`node.id is "${nodeId}", but the resource is ${brought.mesh}.${brought.name}`);
    }
    return { proxy, node, brought, existing: this.#find(proxy) };
  }

  /** A zone's ingress and egress of one name would be one proxy to us: Envoy's node.id does not tell them apart. */
  #refuseNamesake(kind: 'ingress' | 'egress', name: string): void {
    const type = resourceType(kind === 'ingress' ? 'egress' : 'ingress');
    if (this.#view.get({ type, mesh: '', name }, this.#deps.zone))
      throw new ProxyRefused(`the zone has a ${type} ${name}; give the ${resourceType(kind)} another name`);
  }

  /** A token must allow what is brought and what would be replaced by it: else whoever may register anything could take over any name. */
  async #authenticate(token: string, proxy: Proxy, resources: readonly (Resource | undefined)[]): Promise<void> {
    if (this.#deps.auth === 'none') return;
    const deps = { view: this.#view, now: this.#deps.now };
    if (proxy.kind !== 'sidecar') return verifyZoneToken(token, { zone: this.#deps.zone, scope: proxy.kind }, deps);
    for (const resource of resources) {
      if (resource) await verifyBearer(token, resource, deps);
    }
    if (resources.every((resource) => !resource))
      await verifyDataplaneToken(token, { mesh: proxy.mesh, name: proxy.name, tags: [], workload: '' }, deps);
  }

  async #register(brought: Resource, existing: Resource | undefined): Promise<void> {
    const resource = existing ? { ...kept(brought, existing), creationTime: existing.creationTime } : brought;
    // Written once more where another control plane may be about to delete it: that one stood upon the last version.
    if (existing && content(existing) === content(resource) && !this.#deps.isShared()) return;
    const sequence = await this.#deps.log.put(resource).catch((cause: Error) => {
      throw new NotReady(`the zone's log does not take it: ${cause.message}`);
    });
    await this.#deps.replica.applied(sequence);
  }

  /** @param failure why it could not be deleted the last time */
  #awaitReturn(key: ResourceKey, failure?: Error): void {
    const { zone, graceMs, returnMs, isConnected } = this.#deps;
    const left = this.#view.get(key, zone);
    if (this.#stopped || !left?.resource.labels[AUTO_REGISTERED_LABEL]) return;
    const id = idOf(key);
    const gone = () => {
      // Who wrote it meanwhile has the proxy now.
      if (!isConnected(id)) this.#remove(key, left.version, failure);
    };
    this.#departures.left(id, gone, failure instanceof StaleWrite ? returnMs : graceMs);
  }

  /** @param version that was seen: who wrote since then keeps it. @param before as `failure` of `#awaitReturn` */
  #remove({ type, mesh, name }: ResourceKey, version: number, before?: Error): void {
    const id = idOf({ mesh, name });
    const removing = this.#delete({ type, mesh, name }, version)
      .catch((cause: Error) => {
        // Another control plane that has the proxy says so in its insight before it is tried again. It need not be one: the
        // proxy's readiness may have been written, or the whole log anew.
        const isTold = cause instanceof StaleWrite || cause.message === before?.message;
        if (!isTold)
          this.#deps.logger.error({ type, mesh, name, error: cause.message }, 'could not delete it; trying again');
        this.#awaitReturn({ type, mesh, name }, cause);
      })
      .finally(() => {
        if (this.#removing.get(id) === removing) this.#removing.delete(id);
      });
    this.#removing.set(id, removing);
  }

  async #delete({ type, mesh, name }: ResourceKey, version: number): Promise<void> {
    const { log, replica, logger, isShared } = this.#deps;
    const sequence = await log.delete({ type, mesh, name }, isShared() ? version : undefined);
    logger.info({ type, mesh, name }, 'the proxy is gone: what it registered is deleted');
    const insight = log.delete({ type: `${type}Insight`, mesh, name });
    await Promise.all([replica.applied(sequence), insight]);
  }

  #find(proxy: Proxy): Resource | undefined {
    return this.#view.get(keyOf(proxy), this.#deps.zone)?.resource;
  }
}

function keyOf({ kind, mesh, name }: Proxy): ResourceKey {
  return { type: resourceType(kind), mesh, name };
}

/** As of `Proxy`. */
function idOf({ mesh, name }: Pick<ResourceKey, 'mesh' | 'name'>): string {
  return `${mesh}.${name}`;
}

/** What the control plane wrote into an ingress is not the proxy's to take away. */
function kept(brought: Resource, existing: Resource): Resource {
  const { availableServices } = existing.spec as Partial<ZoneIngressSpec>;
  return availableServices
    ? { ...brought, spec: { ...(brought.spec as ZoneIngressSpec), availableServices } }
    : brought;
}

function content({ labels, spec }: Resource): string {
  return canonicalJson({ labels, spec });
}
