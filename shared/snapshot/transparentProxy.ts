import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import { tcpAddress } from '../xds/address.ts';
import { dialFrom, originalDstCluster, staticCluster } from '../xds/cluster.ts';
import { tcpProxy, tcpProxyFilter } from '../xds/filters.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import { INBOUND_PASSTHROUGH_NAME, NO_DESTINATION_NAME, OUTBOUND_PASSTHROUGH_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { INBOUND_SOURCE } from './application.ts';
import type { Sidecar } from './sidecar.ts';

const CONNECT_TIMEOUT = '5s';

/** A proxy says so in its bootstrap: nobody may come in by a port that no inbound has. */
const STRICT_PORTS_FEATURE = 'feature-strict-inbound-ports';

/**
 * The listeners that iptables redirects to: they hand each connection to the listener of its original destination, and
 * pass on what has none. Where the mesh forbids passthrough the outbound one has no cluster, so unknown
 * destinations are reset. What comes in to a port without an inbound is reset where the mesh wants mTLS of everybody and the
 * proxy wants just its ports.
 */
export function addTransparentProxy(set: ResourceSet, sidecar: Sidecar): void {
  const { redirect, mesh, memo } = sidecar;
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
  const ports = openPorts(sidecar);
  const inbound = memo.of(`${INBOUND_PASSTHROUGH_NAME}|${redirect.inboundPort}|${ports}`, () =>
    passthroughListener(INBOUND_PASSTHROUGH_NAME, 'INBOUND', redirect.inboundPort, ports),
  );
  set.put('listener', INBOUND_PASSTHROUGH_NAME, inbound);
  set.put('cluster', INBOUND_PASSTHROUGH_NAME, memo.of(`${INBOUND_PASSTHROUGH_NAME}|cluster`, inboundCluster));
}

function inboundCluster() {
  const cluster = originalDstCluster(INBOUND_PASSTHROUGH_NAME, CONNECT_TIMEOUT);
  dialFrom(cluster, INBOUND_SOURCE);
  return cluster;
}

/** Ports that may be passed through to; `undefined`: all. */
function openPorts({ proxy, dataplane, mesh }: Sidecar): readonly number[] | undefined {
  const inbounds = dataplane.spec.networking.inbound ?? [];
  if (mesh.mtls !== 'STRICT' || inbounds.length === 0 || !proxy.metadata.features.includes(STRICT_PORTS_FEATURE))
    return undefined;
  return [...new Set(inbounds.map(({ port }) => port))];
}

function passthroughListener(
  name: string,
  trafficDirection: 'INBOUND' | 'OUTBOUND',
  port: number,
  ports?: readonly number[],
): ListenerJson {
  const chainTo = (cluster: string) => ({ filters: [tcpProxyFilter(tcpProxy(name, cluster))] });
  const chainOf = (destinationPort: number) => ({
    filterChainMatch: { destinationPort },
    ...chainTo(destinationPort === SERVICELESS_PORT ? NO_DESTINATION_NAME : name),
  });
  return {
    name,
    trafficDirection,
    address: tcpAddress('0.0.0.0', port),
    useOriginalDst: true,
    filterChains: ports?.map(chainOf) ?? [chainTo(name)],
  };
}
