import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Metrics } from '../resource/mesh/metrics.ts';
import type { Resource } from '../resource/resource.ts';
import type { Changed, View } from '../view/view.ts';
import { originalDstCluster } from '../xds/cluster.ts';
import { tcpProxy, tcpProxyFilter } from '../xds/filters.ts';
import { outboundTemplate, unboundListener } from '../xds/listener.ts';
import { DIRECT_ACCESS_NAME, directAccessListenerName } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { upstreamAnyMeshTls } from '../xds/tls.ts';
import { type Instance, instancesOf, meshInstances } from './instances.ts';
import type { Sidecar } from './sidecar.ts';

/** In the list of services: all of them. */
const ALL = '*';
const CONNECT_TIMEOUT = '5s';

/**
 * A listener for each address of an instance, so that a call to it does not leave as one to a stranger, without the mesh's mTLS.
 * Whose certificate answers is not known beforehand: any of the mesh is taken.
 */
export function addDirectAccess(
  set: ResourceSet,
  { proxy, settings: { zone }, mesh, direct, outbounds, memo }: Sidecar,
  view: View,
): void {
  if (direct.size === 0) return;
  const taken = new Set(outbounds.map(({ address, port }) => `${address}:${port}`));
  for (const { dataplane, service, address, port } of meshInstances(view, mesh.name, zone, mesh.metrics)) {
    if (dataplane === proxy.name || !includes(direct, service) || taken.has(`${address}:${port}`)) continue;
    const name = directAccessListenerName(address, port);
    set.put(
      'listener',
      name,
      memo.of(name, () => {
        const filterChains = [{ filters: [tcpProxyFilter(tcpProxy(name, DIRECT_ACCESS_NAME))] }];
        return unboundListener(name, address, port, outboundTemplate({}, filterChains));
      }),
    );
  }
  const cluster = memo.of(`${DIRECT_ACCESS_NAME}|${mesh.name}|${mesh.mtls}`, () => ({
    ...originalDstCluster(DIRECT_ACCESS_NAME, CONNECT_TIMEOUT),
    ...(mesh.mtls && { transportSocket: upstreamAnyMeshTls(mesh.name) }),
  }));
  set.put('cluster', DIRECT_ACCESS_NAME, cluster);
}

/**
 * Of services, does a change of a Dataplane give or take an address? @returns their names
 * @param metrics of its Mesh
 */
export function movedServices(
  { before, after }: Pick<Changed, 'before' | 'after'>,
  metrics: Metrics | undefined,
): ReadonlySet<string> {
  const was = placesOf(before as Resource<DataplaneSpec> | null, metrics);
  const is = placesOf(after as Resource<DataplaneSpec> | null, metrics);
  const moved = [...was.entries(), ...is.entries()].filter(([place]) => !(was.has(place) && is.has(place)));
  return new Set(moved.map(([, { service }]) => service));
}

/** Does a proxy that dials these services directly dial one of those? */
export function dialsDirectly(direct: ReadonlySet<string>, services: ReadonlySet<string>): boolean {
  return services.size > 0 && (direct.has(ALL) || !direct.isDisjointFrom(services));
}

function placesOf(
  dataplane: Resource<DataplaneSpec> | null,
  metrics: Metrics | undefined,
): ReadonlyMap<string, Instance> {
  const instances = dataplane ? instancesOf(dataplane, metrics) : [];
  return new Map(instances.map((one) => [`${one.service} ${one.address}:${one.port}`, one]));
}

function includes(direct: ReadonlySet<string>, service: string): boolean {
  return direct.has(ALL) || direct.has(service);
}
