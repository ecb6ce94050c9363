import type { ServiceIndex } from '../view/services.ts';
import type { Service } from '../view/services.ts';
import { clusterLoadAssignment } from '../xds/endpoints.ts';
import type { XdsResource } from '../xds/snapshot.ts';
import type { Memo } from './memo.ts';

/** Where the endpoints of a cluster come from. */
export interface EndpointSource {
  /** Names the rest, and the EDS resource. */
  readonly id: string;
  readonly mesh: string;
  readonly service: string;
  /** Only endpoints that carry all of these; without `kuma.io/service`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Only those of this zone: for the ingress, which must not send traffic on to other zones. */
  readonly localOnly?: boolean;
}

/** @param name of the EDS resource */
export function endpointSource(
  name: string,
  mesh: string,
  service: string,
  tags: EndpointSource['tags'] = {},
  localOnly = false,
): EndpointSource {
  const id = JSON.stringify([name, mesh, service, localOnly, Object.entries(tags)]);
  return { id, mesh, service, tags, ...(localOnly ? { localOnly } : {}) };
}

/** The services of a mesh as they are now. */
export type ServicesOf = (mesh: string) => ServiceIndex | undefined;

/** What was made of a service stays with it: whoever sees that service shares the same objects (D9). */
const made = new WeakMap<Service, Map<string, XdsResource>>();

/** The endpoints of a cluster, one object for all proxies as long as the service's endpoints stay. */
export function endpointsOf(name: string, source: EndpointSource, servicesOf: ServicesOf, memo: Memo): XdsResource {
  const service = servicesOf(source.mesh)?.services.get(source.service);
  if (!service) return memo.of(`no endpoints|${name}`, () => clusterLoadAssignment(name, []) as XdsResource);
  let assignments = made.get(service);
  if (!assignments) made.set(service, (assignments = new Map()));
  let assignment = assignments.get(source.id);
  if (!assignment) {
    const tags = Object.entries(source.tags);
    const all = source.localOnly ? service.localEndpoints : service.endpoints;
    const endpoints = all.filter((endpoint) => tags.every(([key, value]) => endpoint.tags[key] === value));
    assignment = clusterLoadAssignment(name, endpoints) as XdsResource;
    assignments.set(source.id, assignment);
  }
  return assignment;
}
