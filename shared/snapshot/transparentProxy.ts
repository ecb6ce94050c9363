import { tcpAddress } from '../xds/address.ts';
import { dialFrom, originalDstCluster, staticCluster } from '../xds/cluster.ts';
import { tcpProxy, tcpProxyFilter } from '../xds/filters.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import { INBOUND_PASSTHROUGH_NAME, NO_DESTINATION_NAME, OUTBOUND_PASSTHROUGH_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { INBOUND_SOURCE } from './application.ts';
import type { Sidecar } from './sidecar.ts';

const CONNECT_TIMEOUT = '5s';

/**
 * The listeners that iptables redirects to: they hand each connection to the listener of its original destination, and
 * pass on what has none (policies §5.5). Where the mesh forbids passthrough the outbound one has no cluster, so unknown
 * destinations are reset.
 */
export function addTransparentProxy(set: ResourceSet, { redirect, mesh, memo }: Sidecar): void {
  if (!redirect) return;
  const outbound = memo.of(`${OUTBOUND_PASSTHROUGH_NAME}|${redirect.outboundPort}`, () =>
    passthroughListener(OUTBOUND_PASSTHROUGH_NAME, 'OUTBOUND', redirect.outboundPort),
  );
  set.put('listener', OUTBOUND_PASSTHROUGH_NAME, outbound);
  if (mesh.passthrough) {
    const cluster = memo.of(`${OUTBOUND_PASSTHROUGH_NAME}|cluster`, () =>
      originalDstCluster(OUTBOUND_PASSTHROUGH_NAME, CONNECT_TIMEOUT),
    );
    set.put('cluster', OUTBOUND_PASSTHROUGH_NAME, cluster);
  }
  set.put(
    'cluster',
    NO_DESTINATION_NAME,
    memo.of(NO_DESTINATION_NAME, () => staticCluster(NO_DESTINATION_NAME, [], CONNECT_TIMEOUT)),
  );
  if (redirect.inboundPort === 0) return;
  const inbound = memo.of(`${INBOUND_PASSTHROUGH_NAME}|${redirect.inboundPort}`, () =>
    passthroughListener(INBOUND_PASSTHROUGH_NAME, 'INBOUND', redirect.inboundPort),
  );
  set.put('listener', INBOUND_PASSTHROUGH_NAME, inbound);
  set.put('cluster', INBOUND_PASSTHROUGH_NAME, memo.of(`${INBOUND_PASSTHROUGH_NAME}|cluster`, inboundCluster));
}

function inboundCluster() {
  const cluster = originalDstCluster(INBOUND_PASSTHROUGH_NAME, CONNECT_TIMEOUT);
  dialFrom(cluster, INBOUND_SOURCE);
  return cluster;
}

function passthroughListener(name: string, trafficDirection: 'INBOUND' | 'OUTBOUND', port: number): ListenerJson {
  return {
    name,
    trafficDirection,
    address: tcpAddress('0.0.0.0', port),
    useOriginalDst: true,
    filterChains: [{ filters: [tcpProxyFilter(tcpProxy(name, name))] }],
  };
}
