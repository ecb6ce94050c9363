import { fnv1a64 } from '../resource/hashedName.ts';
import type { Endpoint } from '../xds/endpoints.ts';
import type { Protocol } from '../xds/parts.ts';
import { commonProtocol } from '../xds/protocol.ts';
import type { Resource } from '../resource/resource.ts';
import { compareTexts } from '../text/compareTexts.ts';
import { localInboundsOf } from './localInbounds.ts';
import { awaitedBackend, changesCertificate, hasCertificate, isPart, plainPart } from './plainInstances.ts';
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
  /** Revision of the insights, as far as they count. */
  readonly insights: number;
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
  const awaited = awaitedBackend(view, mesh);
  const insights = awaited === undefined ? 0 : view.revisionOf('DataplaneInsight', mesh);
  if (sameRemote && before.dataplanes === dataplanes && before.insights === insights) {
    before.revision = revision;
    return before.index;
  }

  const remote = sameRemote ? before.remote : remoteParts(view, mesh, zone);
  const changes = sameRemote ? changesOf(view, mesh, zone, before) : undefined;
  const partsOf: PartsOf = (dataplane) => {
    const parts = localInboundsOf(dataplane, zone).map(({ part }) => part);
    const isPlain = awaited !== undefined && !hasCertificate(view, zone, dataplane, awaited);
    return isPlain ? parts.map(plainPart) : parts;
  };
  const parts =
    before && changes ? moved(before.parts, changes, zone, partsOf) : allParts(view, mesh, zone, remote, partsOf);
  const index = buildIndex(mesh, parts, remote, before);
  indexes.set(id, { revision, dataplanes, insights, remoteRevisions, remote, parts, index });
  return index;
}

/** What a Dataplane of this zone adds to services. */
type PartsOf = (dataplane: Resource) => readonly ServicePart[];

/** Changes of Dataplanes since then, and of their certificates where somebody waits for those; `undefined`: too many. */
function changesOf(view: View, mesh: string, zone: string, before: Cached): Changed[] | undefined {
  const dataplanes = view.changesSince('Dataplane', mesh, before.dataplanes);
  const insights = awaitedBackend(view, mesh) ? view.changesSince('DataplaneInsight', mesh, before.insights) : [];
  if (!dataplanes || !insights) return undefined;
  const certified = insights.filter((one) => one.origin === zone && changesCertificate(view, one));
  const again = [...new Set(certified.map(({ key }) => key.name))].flatMap((name): Changed[] => {
    const key = { type: 'Dataplane', mesh, name };
    const dataplane = view.get(key, zone)?.resource;
    return dataplane ? [{ origin: zone, key, before: dataplane, after: dataplane }] : [];
  });
  return [...dataplanes, ...again];
}

type Parts = ReadonlyMap<string, readonly ServicePart[]>;

function allParts(view: View, mesh: string, zone: string, remote: RemoteParts, partsOf: PartsOf): Parts {
  const parts = new Map<string, ServicePart[]>();
  const add = (part: ServicePart) => {
    const list = parts.get(part.service);
    if (list) list.push(part);
    else parts.set(part.service, [part]);
  };
  for (const { origin, resource } of view.entries('Dataplane', mesh))
    if (origin === zone) for (const part of partsOf(resource)) add(part);
  for (const part of remote.parts) add(part);
  return parts;
}

/** The parts after some Dataplanes changed: the lists of all other services stay the same objects. */
function moved(before: Parts, changes: readonly Changed[], zone: string, partsOf: PartsOf): Parts {
  const parts = new Map(before);
  for (const { origin, before: was, after: is } of changes) {
    if (origin !== zone) continue;
    for (const { part } of was ? localInboundsOf(was, zone) : []) {
      const others = (parts.get(part.service) ?? []).filter((one) => !isPart(one, part));
      if (others.length > 0) parts.set(part.service, others);
      else parts.delete(part.service);
    }
    for (const part of is ? partsOf(is) : []) parts.set(part.service, [...(parts.get(part.service) ?? []), part]);
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
  const sorted = [...parts].sort((a, b) => compareTexts(a.key, b.key));
  const endpoints: Endpoint[] = [];
  const localEndpoints: Endpoint[] = [];
  const remoteEndpoints: Endpoint[] = [];
  for (const { endpoint, egresses, local } of sorted) {
    if (!endpoint) continue;
    // What an ingress passes on is mTLS already.
    if (local) localEndpoints.push(withoutMark(endpoint));
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

function withoutMark(endpoint: Endpoint): Endpoint {
  const { plain, ...others } = endpoint;
  return plain ? others : endpoint;
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
