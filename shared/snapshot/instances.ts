import { type DataplaneSpec, type Inbound, isIgnored } from '../resource/dataplane/spec.ts';
import type { Metrics } from '../resource/mesh/metrics.ts';
import { resolved } from '../resource/resolved.ts';
import type { Resource } from '../resource/resource.ts';
import { SERVICE_TAG } from '../resource/tags.ts';
import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import { isIpAddress } from '../resource/address.ts';
import type { View } from '../view/view.ts';
import { metricsInbound } from './metricsInbound.ts';

/** An inbound, or a proxy's metrics, at the address of its own machine, which need not be the one that callers are told. */
export interface Instance {
  /** Name of its Dataplane. */
  readonly dataplane: string;
  readonly service: string;
  readonly address: string;
  readonly port: number;
}

interface Found {
  readonly revision: number;
  readonly metrics: Metrics | undefined;
  readonly instances: readonly Instance[];
}

const known = new WeakMap<View, Map<string, Found>>();

/**
 * Every instance in a mesh of that zone, ready or not, by address and port; found once for each state of the mesh's Dataplanes.
 * @param metrics of the Mesh
 */
export function meshInstances(
  view: View,
  mesh: string,
  zone: string,
  metrics: Metrics | undefined,
): readonly Instance[] {
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const id = `${zone}/${mesh}`;
  const revision = view.revisionOf('Dataplane', mesh);
  const before = meshes.get(id);
  if (before?.revision === revision && before.metrics === metrics) return before.instances;
  const instances: Instance[] = [];
  for (const { origin, resource } of view.entries('Dataplane', mesh))
    if (origin === zone) instances.push(...instancesOf(resource as Resource<DataplaneSpec>, metrics));
  instances.sort((a, b) => (a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1));
  meshes.set(id, { revision, metrics, instances });
  return instances;
}

/** Those of one Dataplane. @param metrics of its Mesh */
export function instancesOf(dataplane: Resource<DataplaneSpec>, metrics: Metrics | undefined): Instance[] {
  const found = resolved(dataplane);
  const { networking } = found.spec;
  const endpoint = metricsInbound({ metrics }, found)?.inbound;
  return [...(networking.inbound ?? []), ...(endpoint ? [endpoint] : [])].flatMap((inbound: Inbound) => {
    const service = inbound.tags?.[SERVICE_TAG];
    const address = inbound.address ?? networking.address;
    if (!service || isIgnored(inbound) || inbound.port === SERVICELESS_PORT || !isIpAddress(address)) return [];
    return [{ dataplane: found.name, service, address, port: inbound.port }];
  });
}
