import type { ClusterLoadAssignmentJson } from '../../shared/xds/gen/envoy/config/endpoint/v3/endpoint_pb.d.ts';
import type { ListenerJson } from '../../shared/xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { RouteJson, RouteMatchJson } from '../../shared/xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { RouteConfigurationJson } from '../../shared/xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from '../../shared/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import type { TcpProxyJson } from '../../shared/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts';
import type { DnsFilterConfigJson } from '../../shared/xds/gen/envoy/extensions/filters/udp/dns_filter/v3/dns_filter_pb.d.ts';
import type { Snapshot } from '../../shared/xds/snapshot.ts';

/** What an application does: dials a name or address, and says this if it speaks HTTP. */
export interface Call {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the sidecar leads it. */
export interface Course {
  readonly address: string;
  readonly listener: string;
  /** HTTP only: the route that matched. */
  readonly route?: RouteJson;
  /** Cluster → weight; empty when a route answers itself or nothing matches. */
  readonly clusters: Readonly<Record<string, number>>;
}

/** Follows a call through a snapshot as Envoy would: DNS, listener, route, cluster. `undefined`: nobody listens there. */
export function simulateCall(snapshot: Snapshot, call: Call): Course | undefined {
  const address = resolve(snapshot, call.host);
  const listener = address && listenerAt(snapshot, address, call.port);
  if (!address || !listener) return undefined;
  const config = listener.filterChains?.[0]?.filters?.at(-1)?.typedConfig as
    | (HttpConnectionManagerJson & TcpProxyJson)
    | undefined;
  const course = { address, listener: listener.name ?? '' };
  if (!config?.rds) return { ...course, clusters: clustersOf(config) };
  const routes = snapshot.route.get(config.rds.routeConfigName ?? '') as RouteConfigurationJson | undefined;
  const route = routes?.virtualHosts?.[0]?.routes?.find(({ match }) => matches(match, call));
  return { ...course, ...(route ? { route } : {}), clusters: clustersOf(route?.route) };
}

/** `address:port` → weight, of the endpoints that are asked first. */
export function endpointsOf(snapshot: Snapshot, cluster: string): Record<string, number> {
  const { endpoints = [] } = (snapshot.endpoint.get(cluster) ?? {}) as ClusterLoadAssignmentJson;
  const first = Math.min(...endpoints.map(({ priority = 0 }) => priority));
  const found: Record<string, number> = {};
  for (const { priority = 0, lbEndpoints = [] } of endpoints) {
    for (const { endpoint, loadBalancingWeight = 1 } of priority === first ? lbEndpoints : []) {
      const socket = endpoint?.address?.socketAddress;
      found[`${socket?.address}:${socket?.portValue}`] = loadBalancingWeight;
    }
  }
  return found;
}

function resolve(snapshot: Snapshot, host: string): string | undefined {
  if (/^[0-9.]+$/.test(host)) return host;
  const listener = snapshot.listener.get('kuma:dns') as ListenerJson | undefined;
  const filter = listener?.listenerFilters?.[0]?.typedConfig as DnsFilterConfigJson | undefined;
  const domain = filter?.serverConfig?.inlineDnsTable?.virtualDomains?.find(({ name }) => name === host);
  return domain?.endpoint?.addressList?.address?.[0];
}

function listenerAt(snapshot: Snapshot, address: string, port: number): ListenerJson | undefined {
  const listeners = [...snapshot.listener.values()] as ListenerJson[];
  const at = (wanted: string) =>
    listeners.find(({ address: a, useOriginalDst, trafficDirection }) =>
      wanted === '*'
        ? useOriginalDst && trafficDirection === 'OUTBOUND'
        : a?.socketAddress?.address === wanted && a.socketAddress.portValue === port,
    );
  return at(address) ?? at('*');
}

function clustersOf(
  action: { cluster?: string; weightedClusters?: { clusters?: { name?: string; weight?: number }[] } } | undefined,
): Record<string, number> {
  if (action?.cluster) return { [action.cluster]: 1 };
  return Object.fromEntries(
    (action?.weightedClusters?.clusters ?? []).map(({ name = '', weight = 0 }) => [name, weight]),
  );
}

function matches(match: RouteMatchJson | undefined, { path = '/', method = 'GET', headers = {} }: Call): boolean {
  const pathname = path.split('?')[0] as string;
  const fits =
    (match?.prefix !== undefined && path.startsWith(match.prefix)) ||
    (match?.path !== undefined && match.path === pathname) ||
    (match?.safeRegex?.regex !== undefined && new RegExp(`^(?:${match.safeRegex.regex})$`).test(pathname));
  const all: Record<string, string> = { ...headers, ':method': method };
  return fits && (match?.headers ?? []).every((h) => headerMatches(h, all[h.name ?? '']));
}

function headerMatches(
  { stringMatch, presentMatch }: NonNullable<RouteMatchJson['headers']>[number],
  value: string | undefined,
): boolean {
  if (presentMatch !== undefined) return presentMatch === (value !== undefined);
  if (value === undefined) return false;
  if (stringMatch?.prefix !== undefined) return value.startsWith(stringMatch.prefix);
  if (stringMatch?.safeRegex?.regex !== undefined)
    return new RegExp(`^(?:${stringMatch.safeRegex.regex})$`).test(value);
  return stringMatch?.exact === value;
}
