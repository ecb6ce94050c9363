import type { ClusterJson } from './gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { ListenerJson } from './gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteConfigurationJson } from './gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from './gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import type { OutboundTemplate } from './listener.ts';
import type { TcpProxyJson } from './gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts';

/** tcp, http, http2, grpc, kafka; anything else was made tcp before it came here. */
export type Protocol = 'tcp' | 'http' | 'http2' | 'grpc' | 'kafka';

/** Has it requests, and so routes? */
export function isHttp(protocol: Protocol): boolean {
  return protocol === 'http' || protocol === 'http2' || protocol === 'grpc';
}

/** A cluster of an outbound and the service whose endpoints it holds. */
interface OutboundCluster {
  readonly service: string;
  readonly protocol: Protocol;
  readonly cluster: ClusterJson;
}

/**
 * One outbound while it is being made: effects edit these objects in place. `hcm` and `tcpProxy` are the very objects
 * that the listener holds as typed config, so there is nothing to pack afterwards.
 */
export interface OutboundResources {
  readonly service: string;
  readonly protocol: Protocol;
  /** Its name and address are set afterwards, they differ from proxy to proxy. */
  readonly listener: OutboundTemplate;
  /** HTTP protocols only, with the routes served over RDS as `routes`. */
  readonly hcm?: HttpConnectionManagerJson;
  readonly routes?: RouteConfigurationJson;
  /** The other protocols. */
  readonly tcpProxy?: TcpProxyJson;
  /** The destination's own cluster first; effects may add those of splits. EDS names are the clusters' names. */
  readonly clusters: OutboundCluster[];
}

/** One inbound while it is being made. */
export interface InboundResources {
  /** The inbound's `name`, else its port as text. */
  readonly sectionName: string;
  readonly service: string;
  readonly protocol: Protocol;
  readonly tags: Readonly<Record<string, string>>;
  readonly listener: ListenerJson;
  /** One for each filter chain with an HTTP connection manager (several in PERMISSIVE mode), sharing `routes`. */
  readonly chains: readonly InboundChain[];
  /** Served over RDS, so that a change of permissions or timeouts reaches open connections at once. */
  readonly routes?: RouteConfigurationJson;
  readonly cluster: ClusterJson;
}

export interface InboundChain {
  /** The chain terminates mesh mTLS: clients have an identity. */
  readonly mtls: boolean;
  readonly filterChain: NonNullable<ListenerJson['filterChains']>[number];
  readonly hcm?: HttpConnectionManagerJson;
  readonly tcpProxy?: TcpProxyJson;
}
