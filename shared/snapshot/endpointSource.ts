import type { Service, ServiceIndex } from '../view/services.ts';
import { clusterLoadAssignment, type Endpoint } from '../xds/endpoints.ts';
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
  readonly reach: Reach;
}

/**
 * `callers`: what a caller in the mesh may dial. `local`: only this zone, for the ingress, which must not send traffic on to other
 * zones. `remote`: only their ingresses, for the egress.
 */
type Reach = 'callers' | 'local' | 'remote';

/** @param name of the EDS resource */
export function endpointSource(
  name: string,
  mesh: string,
  service: string,
  tags: EndpointSource['tags'] = {},
  reach: Reach = 'callers',
): EndpointSource {
  const id = JSON.stringify([name, mesh, service, reach, Object.entries(tags)]);
  return { id, mesh, service, tags, reach };
}

/** The services of a mesh as they are now. */
type ServicesOf = (mesh: string) => ServiceIndex | undefined;

/** What was made of a service stays with it: whoever sees that service shares the same objects. */
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
    const endpoints = reachable(service, source.reach).filter((endpoint) =>
      tags.every(([key, value]) => endpoint.tags[key] === value),
    );
    assignment = clusterLoadAssignment(name, endpoints) as XdsResource;
    assignments.set(source.id, assignment);
  }
  return assignment;
}

function reachable(service: Service, reach: Reach): readonly Endpoint[] {
  switch (reach) {
    case 'callers':
      return service.endpoints;
    case 'local':
      return service.localEndpoints;
    case 'remote':
      return service.remoteEndpoints;
  }
}
