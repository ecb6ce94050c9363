import type { Resource } from '../resource.ts';
import type { DataplaneSpec } from './spec.ts';
import type { Tags } from '../tags.ts';

/** Tags of a Dataplane's inbounds, or of its gateway: what it is known by. */
export function tagSets(dataplane: Resource | undefined): Tags[] {
  const networking = (dataplane?.spec as DataplaneSpec | undefined)?.networking;
  if (networking?.gateway) return [networking.gateway.tags];
  return (networking?.inbound ?? []).flatMap(({ tags }) => (tags ? [tags] : []));
}

/** The service that a proxy counts as: that of its first inbound. */
export function identifyingService(dataplane: Resource): string {
  return tagSets(dataplane)[0]?.['kuma.io/service'] ?? dataplane.name;
}
