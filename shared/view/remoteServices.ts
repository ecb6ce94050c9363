import { isIpAddress } from '../resource/address.ts';
import { enabledBackend, type MeshSpec } from '../resource/mesh/spec.ts';
import { resolved } from '../resource/resolved.ts';
import type { ZoneSpec } from '../resource/zone/spec.ts';
import type { AvailableService, ZoneIngressSpec, ZoneIngressStatus } from '../resource/zoneingress/spec.ts';
import type { ZoneEgressSpec } from '../resource/zoneegress/spec.ts';
import type { Endpoint } from '../xds/endpoints.ts';
import { parseProtocol } from '../xds/protocol.ts';
import { endpointTags, type ServicePart, servicePart } from './servicePart.ts';
import type { View } from './view.ts';

/** What another zone says it has may be anything. Envoy adds weights up in 32 bits, and refuses a service whose sum has more. */
const MOST_INSTANCES = 65_536;

/** What a mesh's callers here get from the other zones. */
export interface RemoteParts {
  readonly parts: readonly ServicePart[];
  /**
   * Weight of an instance of this zone: every ingress of a zone repeats the zone's count of instances, so a local one
   * weighs as much as there are ingresses.
   */
  readonly localWeight: number;
}

/**
 * Without mesh mTLS the services are known but have no endpoints: an ingress routes on the SNI of mesh mTLS. Where the mesh routes
 * through the egress and the zone has none, callers have no way to other zones: it fails closed.
 */
export function remoteParts(view: View, mesh: string, zone: string): RemoteParts {
  const spec = view.get({ type: 'Mesh', mesh: '', name: mesh })?.resource.spec as MeshSpec | undefined;
  const reachable = enabledBackend(spec) !== undefined;
  const priority = spec?.routing?.localityAwareLoadBalancing ? 1 : 0;
  const egresses = reachable && spec?.routing?.zoneEgress ? ownEgresses(view, zone) : undefined;
  const ingresses = remoteIngresses(view, mesh, zone);
  const parts = ingresses.flatMap(({ zone: theirs, address, port, dead, services }) =>
    services.map(({ tags, instances }) => {
      const endpoint = {
        address,
        port,
        zone: tags['kuma.io/zone'] ?? theirs,
        priority,
        weight: Math.min(instances, MOST_INSTANCES),
        tags: endpointTags(tags),
      };
      return servicePart({
        service: tags['kuma.io/service'] as string,
        protocol: parseProtocol(tags['kuma.io/protocol']),
        local: false,
        ...(reachable && !dead && isIpAddress(address) ? { endpoint } : {}),
        ...(egresses ? { egresses: egresses.map((egress) => ({ ...endpoint, ...egress })) } : {}),
      });
    }),
  );
  const usable = ingresses.filter(({ dead }) => !dead);
  return { parts, localWeight: reachable ? Math.max(1, usable.length) : 1 };
}

/** What an endpoint behind the egress becomes for callers: the same, dialled at the egress. */
type EgressPlace = Pick<Endpoint, 'address' | 'port'> & { readonly weight: 1; readonly egress: true };

/** The egresses of this zone. */
function ownEgresses(view: View, zone: string): EgressPlace[] {
  return [...view.entries('ZoneEgress', '')].flatMap(({ origin, resource }) => {
    const { address, port } = (resolved(resource).spec as ZoneEgressSpec).networking;
    return origin === zone && isIpAddress(address) ? [{ address, port, weight: 1, egress: true }] : [];
  });
}

interface RemoteIngress {
  readonly zone: string;
  readonly address: string;
  readonly port: number;
  /** Its services stay known, without a way to them. */
  readonly dead: boolean;
  /** Those of the asked mesh, with at least one instance; never empty. */
  readonly services: readonly AvailableService[];
}

/**
 * Ingresses of other zones that offer something of the mesh: several behind one public
 * address count once, ones of switched-off zones not at all. Sorted by zone and name.
 */
function remoteIngresses(view: View, mesh: string, zone: string): RemoteIngress[] {
  const found: { id: string; ingress: RemoteIngress }[] = [];
  for (const { origin, resource } of view.entries('ZoneIngress', '')) {
    const spec = resolved(resource).spec as ZoneIngressSpec;
    const theirs = spec.zone || origin;
    const { advertisedAddress: address, advertisedPort: port } = spec.networking;
    if (origin === zone || !theirs || theirs === zone || !address || !port || isDisabled(view, theirs)) continue;
    const services = (spec.availableServices ?? []).filter(
      (s) => s.mesh === mesh && s.instances > 0 && s.tags['kuma.io/service'],
    );
    const dead = (resource.status as ZoneIngressStatus | undefined)?.dead === true;
    if (services.length > 0)
      found.push({ id: `${theirs}/${resource.name}`, ingress: { zone: theirs, address, port, dead, services } });
  }
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const places = new Set<string>();
  return found.flatMap(({ ingress }) => {
    const place = `${ingress.address}:${ingress.port}`;
    if (places.has(place)) return [];
    places.add(place);
    return [ingress];
  });
}

function isDisabled(view: View, zone: string): boolean {
  const entry = view.get({ type: 'Zone', mesh: '', name: zone });
  return (entry?.resource.spec as ZoneSpec | undefined)?.enabled === false;
}
