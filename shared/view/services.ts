import { fnv1a64 } from '../resource/hashedName.ts';
import type { Endpoint } from '../xds/endpoints.ts';
import type { Protocol } from '../xds/parts.ts';
import { commonProtocol } from '../xds/protocol.ts';
import type { Resource } from '../resource/resource.ts';
import { localInbounds, localInboundsOf } from './localInbounds.ts';
import { type RemoteParts, remoteParts } from './remoteServices.ts';
import type { ServicePart } from './servicePart.ts';
import type { Changed, View } from './view.ts';

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
  readonly parts: Parts;
  readonly index: ServiceIndex;
}

const known = new WeakMap<View, Map<string, Cached>>();

/**
 * The services of a mesh as the proxies of that zone see them. Free when nothing changed since the last call on this
 * view; after a change of Dataplanes it costs work for the services that changed, and a look at the names of the others.
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
  const changes = sameRemote ? view.changesSince('Dataplane', mesh, before.dataplanes) : undefined;
  const parts = before && changes ? moved(before.parts, changes, zone) : allParts(view, mesh, zone, remote);
  const index = buildIndex(mesh, parts, remote, before);
  indexes.set(id, { revision, dataplanes, remoteRevisions, remote, parts, index });
  return index;
}

type Parts = ReadonlyMap<string, readonly ServicePart[]>;

function allParts(view: View, mesh: string, zone: string, remote: RemoteParts): Parts {
  const parts = new Map<string, ServicePart[]>();
  const add = (part: ServicePart) => {
    const list = parts.get(part.service);
    if (list) list.push(part);
    else parts.set(part.service, [part]);
  };
  for (const { part } of localInbounds(view, mesh, zone)) add(part);
  for (const part of remote.parts) add(part);
  return parts;
}

/** The parts after some Dataplanes changed: the lists of all other services stay the same objects. */
function moved(before: Parts, changes: readonly Changed[], zone: string): Parts {
  const parts = new Map(before);
  const partsOf = (dataplane: Resource | null) => (dataplane ? localInboundsOf(dataplane, zone) : []);
  for (const { origin, before: was, after: is } of changes) {
    if (origin !== zone) continue;
    for (const { part } of partsOf(was)) {
      const others = (parts.get(part.service) ?? []).filter((one) => one !== part);
      if (others.length > 0) parts.set(part.service, others);
      else parts.delete(part.service);
    }
    for (const { part } of partsOf(is)) parts.set(part.service, [...(parts.get(part.service) ?? []), part]);
  }
  return parts;
}

function buildIndex(mesh: string, parts: Parts, remote: RemoteParts, before: Cached | undefined): ServiceIndex {
  const sameWeight = before?.remote.localWeight === remote.localWeight;
  const sameNames = before?.parts.size === parts.size && parts.keys().every((name) => before.parts.has(name));
  const services = new Map<string, Service>();
  let kept = sameNames;
  let sameShapes = sameNames;
  for (const name of sameNames ? before.index.services.keys() : [...parts.keys()].sort()) {
    const mine = parts.get(name) ?? [];
    const old = before?.index.services.get(name);
    const service =
      old && sameWeight && sameParts(before?.parts.get(name), mine)
        ? old
        : keep(old, makeService(name, mine, remote.localWeight));
    kept &&= service === old;
    sameShapes &&= old !== undefined && sameShape(old, service);
    services.set(name, service);
  }
  if (before && kept) return before.index;
  return { mesh, services, shape: before && sameShapes ? before.index.shape : shapeOf(services) };
}

/** Are they alike in all but their endpoints? */
export function sameShape(a: Service, b: Service): boolean {
  return a.protocol === b.protocol && a.local === b.local && a.throughEgress === b.throughEgress;
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
  if (a === b) return true;
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
