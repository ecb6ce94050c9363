import type { Endpoint } from '../xds/endpoints.ts';
import type { Protocol } from '../xds/parts.ts';

/** What one inbound, or one line of another zone's ingress, adds to a service. Never changes once made. */
export interface ServicePart {
  readonly service: string;
  readonly protocol: Protocol;
  /** An inbound of this zone. */
  readonly local: boolean;
  /** Absent: not healthy, or not reachable from here, or known by a name only: EDS takes nothing but IP addresses. */
  readonly endpoint?: Endpoint;
  /** Where callers go instead of `endpoint`, which is for our egress only. Absent: the mesh does not route through it. */
  readonly egresses?: readonly Endpoint[];
  /** Equal keys mean equal parts; also the order of endpoints. */
  readonly key: string;
}

/** A part with its key. */
export function servicePart(part: Omit<ServicePart, 'key'>): ServicePart {
  const { service, protocol, local, endpoint: e, egresses } = part;
  return {
    ...part,
    key: JSON.stringify([
      e && [e.zone, e.address, e.port, e.priority, e.weight, e.tags, ...(e.plain ? ['plain'] : [])],
      service,
      protocol,
      local,
      egresses?.map(({ address, port }) => [address, port]),
    ]),
  };
}

/** An endpoint's tags: without the service, sorted. */
export function endpointTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(tags).filter(([key]) => key !== 'kuma.io/service');
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
