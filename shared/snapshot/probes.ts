import type { Inbound, Probes } from '../resource/dataplane/spec.ts';
import { tcpAddress } from '../xds/address.ts';
import { hcmFilter, httpConnectionManager } from '../xds/filters.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteJson } from '../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import { localClusterName, PROBE_LISTENER_NAME, PROBE_ROUTE_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { Sidecar } from './sidecar.ts';

/**
 * Adds the listener of virtual probes: who asks whether the application is well, and has no certificate of the mesh, asks here.
 * Only the paths that are listed, and only to read.
 */
export function addProbes(set: ResourceSet, { proxy, dataplane, redirect, memo }: Sidecar): void {
  const { probes, networking } = dataplane.spec;
  if (!probes || proxy.metadata.probesApplications) return;
  const bind = redirect === undefined;
  const listener = memo.from(dataplane, `probes ${bind}`, () =>
    probeListener(probes, networking.address, networking.inbound ?? [], bind),
  );
  set.put('listener', PROBE_LISTENER_NAME, listener);
}

function probeListener(
  { port, endpoints = [] }: Probes,
  address: string,
  inbounds: readonly Inbound[],
  bind: boolean,
): ListenerJson {
  const served = new Set(inbounds.map((inbound) => inbound.servicePort || inbound.port));
  const routes = endpoints.map(({ path, inboundPath, inboundPort }): RouteJson => {
    const match = { path: withoutQuery(path), headers: [{ name: ':method', stringMatch: { exact: 'GET' } }] };
    const rewritten = withoutQuery(inboundPath);
    if (served.has(inboundPort))
      return { match, route: { cluster: localClusterName(inboundPort), prefixRewrite: rewritten } };
    // A port of the application that is no inbound: who asks has to go there.
    return { match, redirect: { portRedirect: inboundPort, pathRedirect: rewritten } };
  });
  const hcm = httpConnectionManager(PROBE_LISTENER_NAME, 'http');
  hcm.routeConfig = {
    name: PROBE_ROUTE_NAME,
    validateClusters: false,
    virtualHosts: [{ name: 'probe', domains: ['*'], routes }],
  };
  return {
    name: PROBE_LISTENER_NAME,
    trafficDirection: 'INBOUND',
    address: tcpAddress(address, port),
    ...(bind ? {} : { bindToPort: false }),
    filterChains: [{ filters: [hcmFilter(hcm)] }],
  };
}

/** A request's query is not part of what Envoy matches, and goes on with it. */
function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/, '');
}
