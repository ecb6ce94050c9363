import { fnv1a64 } from '../resource/hashedName.ts';
import type { Endpoint } from '../xds/endpoints.ts';
import type { Protocol } from '../xds/parts.ts';
import { commonProtocol } from '../xds/protocol.ts';
import { localInbounds } from './localInbounds.ts';
import { type RemoteParts, remoteParts } from './remoteServices.ts';
import type { ServicePart } from './servicePart.ts';
import type { View } from './view.ts';

/** A `kuma.io/service` as proxies of this zone see it. */
export interface Service {
  readonly name: string;
  /** What all its instances share, healthy or not, so that it does not change when instances come and go. */
  readonly protocol: Protocol;
  /** A Dataplane of this zone has an inbound of it, healthy or not: our ingress routes to it. */
  readonly local: boolean;
  /** Another zone offers it, reachable or not, and the mesh goes there by way of our egress, which routes to it. */
  readonly throughEgress: boolean;
  /** For a caller in the mesh: here, and in other zones, through their ingresses or our egress. */
  readonly endpoints: readonly Endpoint[];
  /** For our ingress: here only, all with weight 1. */
  readonly localEndpoints: readonly Endpoint[];
  /** For our egress: ingresses of other zones. */
  readonly remoteEndpoints: readonly Endpoint[];
}

/**
 * All services of a mesh. An index never changes; the next one shares every Service that stayed the same, so that "did
 * its endpoints change" is a comparison of objects, and what is built from a Service can be kept with it.
 */
export interface ServiceIndex {
  readonly mesh: string;
  /** Fingerprint of everything but endpoints. */
  readonly shape: string;
  /** Sorted by name. */
  readonly services: ReadonlyMap<string, Service>;
}

interface Cached {
  /** Of the view, when it was last found to be right. */
  revision: number;
  readonly dataplanes: number;
  readonly remoteRevisions: string;
  readonly remote: RemoteParts;
  readonly parts: ReadonlyMap<string, readonly ServicePart[]>;
  readonly index: ServiceIndex;
}

const known = new WeakMap<View, Map<string, Cached>>();

/**
 * The services of a mesh as the proxies of that zone see them. Free when nothing changed since the last call on this
 * view; after a change it costs a walk over the mesh's Dataplanes, and work only for the services that changed.
 */
export function serviceIndex(view: View, mesh: string, zone: string): ServiceIndex {
  let indexes = known.get(view);
  if (!indexes) known.set(view, (indexes = new Map()));
  const id = `${zone}/${mesh}`;
  const before = indexes.get(id);
  const { revision } = view;
  if (before?.revision === revision) return before.index;
  const dataplanes = view.revisionOf('Dataplane', mesh);
  const remoteRevisions = ['ZoneIngress', 'ZoneEgress', 'Mesh', 'Zone'].map((type) => view.revisionOf(type, '')).join();
  const sameRemote = before?.remoteRevisions === remoteRevisions;
  if (sameRemote && before.dataplanes === dataplanes) {
    before.revision = revision;
    return before.index;
  }

  const remote = sameRemote ? before.remote : remoteParts(view, mesh, zone);
  const parts = new Map<string, ServicePart[]>();
  const add = (part: ServicePart) => {
    const list = parts.get(part.service);
    if (list) list.push(part);
    else parts.set(part.service, [part]);
  };
  for (const { part } of localInbounds(view, mesh, zone)) add(part);
  for (const part of remote.parts) add(part);
  const index = buildIndex(mesh, parts, remote, before);
  indexes.set(id, { revision, dataplanes, remoteRevisions, remote, parts, index });
  return index;
}

function buildIndex(
  mesh: string,
  parts: ReadonlyMap<string, ServicePart[]>,
  remote: RemoteParts,
  before: Cached | undefined,
): ServiceIndex {
  const sameWeight = before?.remote.localWeight === remote.localWeight;
  const services = new Map<string, Service>();
  let kept = before !== undefined && before.index.services.size === parts.size;
  for (const name of [...parts.keys()].sort()) {
    const mine = parts.get(name) as ServicePart[];
    const old = before?.index.services.get(name);
    const service =
      old && sameWeight && sameParts(before?.parts.get(name), mine)
        ? old
        : keep(old, makeService(name, mine, remote.localWeight));
    kept &&= service === old;
    services.set(name, service);
  }
  if (before && kept) return before.index;
  return { mesh, services, shape: shapeOf(services) };
}

function makeService(name: string, parts: readonly ServicePart[], localWeight: number): Service {
  // in an order that depends on nothing but the parts: a view lists in the order in which it learnt
  const sorted = [...parts].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const endpoints: Endpoint[] = [];
  const localEndpoints: Endpoint[] = [];
  const remoteEndpoints: Endpoint[] = [];
  for (const { endpoint, egresses, local } of sorted) {
    if (!endpoint) continue;
    if (local) localEndpoints.push(endpoint);
    if (egresses) {
      remoteEndpoints.push(endpoint);
      endpoints.push(...egresses);
    } else endpoints.push(local && localWeight > 1 ? { ...endpoint, weight: localWeight } : endpoint);
  }
  return {
    name,
    protocol: commonProtocol(parts.map((p) => p.protocol)),
    local: parts.some((p) => p.local),
    throughEgress: parts.some((p) => p.egresses !== undefined),
    endpoints,
    localEndpoints,
    remoteEndpoints,
  };
}

function sameParts(a: readonly ServicePart[] | undefined, b: readonly ServicePart[]): boolean {
  return a !== undefined && a.length === b.length && a.every((part, i) => part === b[i] || part.key === b[i]?.key);
}

function keep(before: Service | undefined, now: Service): Service {
  return before && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

function shapeOf(services: ReadonlyMap<string, Service>): string {
  const words = [...services.values()].map(
    ({ name, protocol, local, throughEgress }) => `${name} ${protocol} ${local} ${throughEgress}`,
  );
  return fnv1a64(words.join());
}
