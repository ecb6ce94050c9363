import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Tags } from '../resource/tags.ts';
import type { AvailableService } from '../resource/zoneingress/spec.ts';
import { localInbounds } from './localInbounds.ts';
import type { View } from './view.ts';

/**
 * What a zone offers to the others: its healthy inbounds and gateways, counted by mesh and tags, sorted by mesh, then by
 * the tags as text. Equal for all ingresses of the zone.
 */
export function availableServices(view: View, zone: string): AvailableService[] {
  const found = new Map<string, { tags: Tags; instances: number; mesh: string }>();
  const count = (mesh: string, tags: Tags) => {
    const id = `${mesh} ${tagsText(tags)}`;
    const service = found.get(id);
    if (service) service.instances++;
    else found.set(id, { tags, instances: 1, mesh });
  };
  for (const { resource } of view.entries('Mesh', '')) {
    for (const inbound of localInbounds(view, resource.name, zone))
      if (inbound.healthy) count(resource.name, inbound.tags);
    for (const tags of gatewayTags(view, resource.name, zone)) count(resource.name, tags);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, service]) => service);
}

function* gatewayTags(view: View, mesh: string, zone: string): Iterable<Tags> {
  for (const { origin, resource } of view.entries('Dataplane', mesh)) {
    const tags = (resource.spec as DataplaneSpec).networking.gateway?.tags;
    if (origin === zone && tags) yield { ...(zone ? { 'kuma.io/zone': zone } : {}), ...tags };
  }
}

function tagsText(tags: Tags): string {
  return Object.keys(tags)
    .sort()
    .map((key) => `${key}=${tags[key]}`)
    .join(' ');
}
