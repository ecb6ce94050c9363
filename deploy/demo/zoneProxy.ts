import type { Child } from './child.ts';
import type { RestBody } from './mesh.ts';
import { freePorts } from './ports.ts';
import { startProxy } from './proxy.ts';
import type { Home, WorkloadDeps } from './workload.ts';

type Deps = Pick<WorkloadDeps, 'ground' | 'tokens'>;

/** Starts the zone's ingress: what other zones reach this zone's services by. @throws StartError */
export async function startIngress(deps: Deps, zone: Home): Promise<Child> {
  const [port = 0] = await freePorts(1);
  const networking = { address: '127.0.0.1', port, advertisedAddress: '127.0.0.1', advertisedPort: port };
  return startZoneProxy(deps, zone, 'ingress', { type: 'ZoneIngress', name: `ingress-${zone.name}`, networking });
}

/**
 * Starts an egress of the zone: what its sidecars leave the zone by, in meshes with `routing.zoneEgress`.
 * @param name of the ZoneEgress @returns the port that sidecars dial. @throws StartError
 */
export async function startEgress(deps: Deps, zone: Home, name: string): Promise<number> {
  const [port = 0] = await freePorts(1);
  const networking = { address: '127.0.0.1', port };
  await startZoneProxy(deps, zone, 'egress', { type: 'ZoneEgress', name, networking });
  return port;
}

async function startZoneProxy(
  { ground, tokens }: Deps,
  zone: Home,
  proxyType: 'ingress' | 'egress',
  resource: RestBody,
): Promise<Child> {
  const token = await tokens.ofZoneProxy(zone.name, proxyType);
  const { ads, caFile } = zone;
  return startProxy(ground, { name: resource.name, ads, caFile, token, resource, proxyType, dnsPort: 0 });
}
