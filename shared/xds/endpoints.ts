import { compareTexts } from '../text/compareTexts.ts';
import { tcpAddress } from './address.ts';
import type { ClusterLoadAssignmentJson } from './gen/envoy/config/endpoint/v3/endpoint_pb.d.ts';
import type {
  LbEndpointJson,
  LocalityLbEndpointsJson,
} from './gen/envoy/config/endpoint/v3/endpoint_components_pb.d.ts';

/** Where a service can be reached: an inbound of a Dataplane here, an ingress of another zone, or the way there, our egress. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly zone: string;
  /** 0 is asked first. */
  readonly priority: number;
  readonly weight: number;
  /** Without `kuma.io/service`. */
  readonly tags: Readonly<Record<string, string>>;
  /** It does not understand mTLS yet, though the mesh has it. */
  readonly plain?: true;
  /** It shares out what it gets by itself: one endpoint of weight 1, however many ways lead on from it. */
  readonly egress?: true;
}

/** What an endpoint without mTLS is marked with, for the clusters of meshes that let plain text in. */
export const PLAIN = 'meridian.plain';

/**
 * Endpoints grouped by locality and priority, in an order that depends on nothing but them: localities by zone name,
 * endpoints by address, then port. Without endpoints it is empty, and still sent.
 */
export function clusterLoadAssignment(clusterName: string, endpoints: readonly Endpoint[]): ClusterLoadAssignmentJson {
  const localities = new Map<string, LocalityLbEndpointsJson & { lbEndpoints: LbEndpointJson[] }>();
  for (const endpoint of merged(endpoints).sort(byPlace)) {
    const { zone, priority, plain } = endpoint;
    const id = `${priority}/${zone}/${plain}`;
    let locality = localities.get(id);
    if (!locality) {
      // Elsewhere is another host to Envoy: it closes the connections in plain text when their time is over.
      const place = { ...(zone ? { zone } : {}), ...(plain ? { subZone: PLAIN } : {}) };
      locality = {
        ...(zone || plain ? { locality: place } : {}),
        ...(priority > 0 ? { priority } : {}),
        lbEndpoints: [],
      };
      localities.set(id, locality);
    }
    locality.lbEndpoints.push(lbEndpoint(endpoint));
  }
  return { clusterName, ...(localities.size > 0 ? { endpoints: [...localities.values()] } : {}) };
}

/**
 * An ingress lists one address for each tag set of a service, and an egress is met again for every ingress behind it. Envoy keeps
 * only the first of equal addresses in a cluster, so they become one, with the weights added and the tags that all have.
 */
function merged(endpoints: readonly Endpoint[]): Endpoint[] {
  const places = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const locality = endpoint.egress ? 'egress' : `${endpoint.zone} ${endpoint.priority}`;
    const place = `${locality} ${endpoint.address} ${endpoint.port}`;
    const other = places.get(place);
    if (!other) {
      places.set(place, endpoint);
      continue;
    }
    const tags = Object.fromEntries(Object.entries(other.tags).filter(([key, value]) => endpoint.tags[key] === value));
    places.set(place, { ...other, tags, weight: endpoint.egress ? 1 : other.weight + endpoint.weight });
  }
  return [...places.values()];
}

function lbEndpoint({ address, port, weight, tags, plain }: Endpoint): LbEndpointJson {
  const filterMetadata = {
    ...(Object.keys(tags).length > 0 ? { 'envoy.lb': { ...tags } } : {}),
    ...socketMatch(plain ? { ...tags, [PLAIN]: 'true' } : { ...tags }),
  };
  return {
    endpoint: { address: tcpAddress(address, port) },
    loadBalancingWeight: weight,
    ...(Object.keys(filterMetadata).length > 0 ? { metadata: { filterMetadata } } : {}),
  };
}

function socketMatch(marks: Record<string, string>) {
  return Object.keys(marks).length > 0 ? { 'envoy.transport_socket_match': marks } : {};
}

function byPlace(a: Endpoint, b: Endpoint): number {
  return (
    compareTexts(a.zone, b.zone) ||
    a.priority - b.priority ||
    Number(a.plain ?? false) - Number(b.plain ?? false) ||
    compareTexts(a.address, b.address) ||
    a.port - b.port
  );
}
