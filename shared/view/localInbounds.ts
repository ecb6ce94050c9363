import { isIpAddress } from '../resource/address.ts';
import { type DataplaneSpec, type Inbound, isHealthy, isIgnored } from '../resource/dataplane/spec.ts';
import { resolved } from '../resource/resolved.ts';
import type { Resource } from '../resource/resource.ts';
import type { Tags } from '../resource/tags.ts';
import { parseProtocol } from '../xds/protocol.ts';
import { endpointTags, type ServicePart, servicePart } from './servicePart.ts';
import type { View } from './view.ts';

/** Port of an inbound that only says "I run here and serve nothing", in Kuma's words "serviceless". */
export const SERVICELESS_PORT = 49151;

/** One inbound of a Dataplane of this zone, as its callers see it. */
interface LocalInbound {
  readonly healthy: boolean;
  /** All of them, with zone and protocol. */
  readonly tags: Tags;
  readonly part: ServicePart;
}

/** A Dataplane never changes, so what follows from it is found once. */
const known = new WeakMap<Resource, readonly LocalInbound[]>();

/** All inbounds that offer a service, of a mesh's Dataplanes in that zone. */
export function* localInbounds(view: View, mesh: string, zone: string): Iterable<LocalInbound> {
  for (const { origin, resource } of view.entries('Dataplane', mesh))
    if (origin === zone) yield* localInboundsOf(resource, zone);
}

/** Those of one Dataplane: for the same one always the same objects. */
export function localInboundsOf(dataplane: Resource, zone: string): readonly LocalInbound[] {
  let inbounds = known.get(dataplane);
  if (!inbounds) known.set(dataplane, (inbounds = inboundsOf(resolved(dataplane as Resource<DataplaneSpec>), zone)));
  return inbounds;
}

function inboundsOf({ spec: { networking } }: Resource<DataplaneSpec>, zone: string): LocalInbound[] {
  const inbounds: LocalInbound[] = [];
  for (const inbound of networking.inbound ?? []) {
    const service = inbound.tags?.['kuma.io/service'];
    if (!service || isIgnored(inbound) || inbound.port === SERVICELESS_PORT) continue;
    const healthy = isHealthy(inbound);
    const tags = tagsOf(inbound, zone);
    const address = networking.advertisedAddress ?? inbound.address ?? networking.address;
    const endpoint = {
      address,
      port: inbound.port,
      zone: tags['kuma.io/zone'] ?? '',
      priority: 0,
      weight: 1,
      tags: endpointTags(tags),
    };
    const protocol = parseProtocol(tags['kuma.io/protocol']);
    const part = servicePart({
      service,
      protocol,
      local: true,
      ...(healthy && isIpAddress(address) ? { endpoint } : {}),
    });
    inbounds.push({ healthy, tags, part });
  }
  return inbounds;
}

/** Tags with what a reader in another zone needs to know: zone and protocol. */
function tagsOf({ tags, protocol }: Inbound, zone: string): Tags {
  return { ...(zone ? { 'kuma.io/zone': zone } : {}), ...tags, ...(protocol ? { 'kuma.io/protocol': protocol } : {}) };
}
