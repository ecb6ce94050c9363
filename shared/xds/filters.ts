import { ADS } from './address.ts';
import type { FilterJson, ListenerFilterJson } from './gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { ListenerJson } from './gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteConfigurationJson } from './gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from './gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import type { TcpProxyJson } from './gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts';
import { statName } from './names.ts';
import type { Protocol } from './parts.ts';
import { type Typed, typed } from './typed.ts';

const HCM_NAME = 'envoy.filters.network.http_connection_manager';
const TCP_PROXY_NAME = 'envoy.filters.network.tcp_proxy';

/** An HTTP connection manager with its router (always last), and with gRPC statistics where that is the protocol. */
export function httpConnectionManager(stat: string, protocol: Protocol): Typed<HttpConnectionManagerJson> {
  const grpcStats = {
    name: 'envoy.filters.http.grpc_stats',
    typedConfig: typed('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', { emitFilterState: true }),
  };
  const router = {
    name: 'envoy.filters.http.router',
    typedConfig: typed('envoy.extensions.filters.http.router.v3.Router', {}),
  };
  return typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    statPrefix: statName(stat),
    httpFilters: protocol === 'grpc' ? [grpcStats, router] : [router],
  } satisfies HttpConnectionManagerJson as HttpConnectionManagerJson);
}

/** Routes over RDS on the ADS stream: changing them neither drains the listener nor closes a connection. */
export function routesOverRds(hcm: HttpConnectionManagerJson, routes: RouteConfigurationJson): void {
  hcm.rds = { configSource: ADS, routeConfigName: routes.name ?? '' };
}

/** A TCP proxy that leads everything to a cluster. @param stat what its statistics are called by */
export function tcpProxy(stat: string, cluster: string): Typed<TcpProxyJson> {
  const config: TcpProxyJson = { statPrefix: statName(stat), cluster };
  return typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', config);
}

/** The network filter that holds exactly this object. */
export function hcmFilter(hcm: HttpConnectionManagerJson): FilterJson {
  return { name: HCM_NAME, typedConfig: hcm as object };
}

/** The network filter that holds exactly this object. */
export function tcpProxyFilter(config: TcpProxyJson): FilterJson {
  return { name: TCP_PROXY_NAME, typedConfig: config as object };
}

/** Answers every connection with this text, and closes it. */
export function directResponseFilter(body: string): FilterJson {
  return {
    name: 'envoy.filters.network.direct_response',
    typedConfig: typed('envoy.extensions.filters.network.direct_response.v3.Config', {
      response: { inlineString: body },
    }),
  };
}

/** Looks at the first bytes for TLS, SNI and ALPN, so that filter chains can match them. */
export function tlsInspector(): ListenerFilterJson {
  return {
    name: 'envoy.filters.listener.tls_inspector',
    typedConfig: typed('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
  };
}

/** The HTTP connection managers and TCP proxies of a listener: the very objects that it holds. */
export function trafficFilters({ filterChains = [] }: ListenerJson): {
  readonly hcms: HttpConnectionManagerJson[];
  readonly tcpProxies: TcpProxyJson[];
} {
  const filters = filterChains.flatMap((chain) => chain.filters ?? []);
  const configs = (wanted: string) =>
    filters.flatMap(({ name, typedConfig }) => (name === wanted ? [typedConfig] : []));
  return {
    hcms: configs(HCM_NAME) as HttpConnectionManagerJson[],
    tcpProxies: configs(TCP_PROXY_NAME) as TcpProxyJson[],
  };
}
