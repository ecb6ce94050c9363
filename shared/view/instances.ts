import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import { resolved } from '../resource/resolved.ts';
import type { Resource } from '../resource/resource.ts';
import { SERVICELESS_PORT } from './localInbounds.ts';
import { isIpAddress } from './servicePart.ts';
import type { View } from './view.ts';

/** An inbound at the address of its own machine, which need not be the one that callers are told. */
export interface Instance {
  /** Name of its Dataplane. */
  readonly dataplane: string;
  readonly service: string;
  readonly address: string;
  readonly port: number;
}

const known = new WeakMap<View, Map<string, { readonly revision: number; readonly instances: readonly Instance[] }>>();

/** Every instance in a mesh of that zone, ready or not, by address and port; found once for each state of the mesh's Dataplanes. */
export function meshInstances(view: View, mesh: string, zone: string): readonly Instance[] {
  let meshes = known.get(view);
  if (!meshes) known.set(view, (meshes = new Map()));
  const id = `${zone}/${mesh}`;
  const revision = view.revisionOf('Dataplane', mesh);
  const before = meshes.get(id);
  if (before?.revision === revision) return before.instances;
  const instances: Instance[] = [];
  for (const { origin, resource } of view.entries('Dataplane', mesh))
    if (origin === zone) instances.push(...instancesOf(resource as Resource<DataplaneSpec>));
  instances.sort((a, b) => (a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1));
  meshes.set(id, { revision, instances });
  return instances;
}

/** Those of one Dataplane. */
export function instancesOf(dataplane: Resource<DataplaneSpec>): Instance[] {
  const { name, spec } = resolved(dataplane);
  const { networking } = spec;
  return (networking.inbound ?? []).flatMap((inbound) => {
    const service = inbound.tags?.['kuma.io/service'];
    const address = inbound.address ?? networking.address;
    if (!service || inbound.state === 'Ignored' || inbound.port === SERVICELESS_PORT || !isIpAddress(address))
      return [];
    return [{ dataplane: name, service, address, port: inbound.port }];
  });
}
