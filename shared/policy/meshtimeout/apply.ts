import type { ClusterJson } from '../../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { RouteJson } from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { RouteConfigurationJson } from '../../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from '../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import { setCommonHttpOptions } from '../../xds/cluster.ts';
import type { InboundResources, OutboundResources, Protocol } from '../../xds/parts.ts';
import { clientCertificate } from '../clientMatch.ts';
import { envoyDuration } from '../duration.ts';
import { mergedByMatch } from '../inboundRules.ts';
import { mergeConfs } from '../merge.ts';
import type { ClientMatch, InboundRules, ToRules } from '../rules.ts';
import type { MeshTimeoutConf } from './schema.ts';

type Defaults = { connection: string; idle: string; request: string; streamIdle: string };

/** What a policy leaves out, and what holds for calls to a service that none is about. */
const DEFAULTS: Defaults = { connection: '5s', idle: '1h', request: '15s', streamIdle: '30m' };
/** Calls that come in while no policy is about all of them. */
const INBOUND: Defaults = { connection: '10s', idle: '2h', request: '0s', streamIdle: '1h' };

/** The idle time of client connections is the client proxy's business, so that it does not lose a request to a race. */
const NEVER = '0s';

/** Calls to a service: its clusters each by their own service, the routes by the one that was called. */
export function applyToOutbound(outbound: OutboundResources, rules: ToRules<MeshTimeoutConf>): void {
  for (const { cluster, service, protocol } of outbound.clusters) {
    setClusterTimeouts(cluster, protocol, rules.forService(service)?.conf, DEFAULTS);
  }
  const conf = rules.forService(outbound.service)?.conf;
  setRouteTimeouts(
    outbound.routes,
    DEFAULTS,
    (name) => (name ? rules.forRoute(outbound.service, name)?.conf : undefined) ?? conf,
  );
  setClientTimeouts(outbound.hcm, conf, NEVER);
  if (outbound.tcpProxy) outbound.tcpProxy.idleTimeout = envoyDuration(conf?.idleTimeout ?? DEFAULTS.idle);
}

/** Calls that come in. */
export function applyToInbound(inbound: InboundResources, rules: InboundRules<MeshTimeoutConf>): void {
  const conf = rules.all?.conf;
  const defaults = conf ? DEFAULTS : INBOUND;
  setClusterTimeouts(inbound.cluster, inbound.protocol, conf, defaults);
  setRouteTimeouts(inbound.routes, defaults, () => conf);
  addClientRoutes(inbound.routes, rules);
  for (const chain of inbound.chains) {
    setClientTimeouts(chain.hcm, conf, conf ? NEVER : INBOUND.idle);
    if (chain.tcpProxy) chain.tcpProxy.idleTimeout = envoyDuration(conf?.idleTimeout ?? defaults.idle);
  }
}

/**
 * Goes before the routes for everybody: the same routes for the clients that a rule matches, specific first. Envoy itself
 * writes who the client is into `x-forwarded-client-cert` before it looks for a route, so that no listener changes with a rule.
 */
function addClientRoutes(routes: RouteConfigurationJson | undefined, rules: InboundRules<MeshTimeoutConf>): void {
  const merge = mergeConfs as (confs: readonly MeshTimeoutConf[]) => MeshTimeoutConf;
  const clients = mergedByMatch(rules, merge, { underneath: false });
  if (clients.length === 0) return;
  for (const virtualHost of routes?.virtualHosts ?? []) {
    const { routes: all = [] } = virtualHost;
    const forClients = clients.flatMap(({ match: { spiffeID }, conf: { http } }) =>
      spiffeID ? all.map((route) => clientRoute(route, spiffeID, http ?? {})) : [],
    );
    virtualHost.routes = [...forClients, ...all];
  }
}

/** What the rule does not say stays as it is for everybody. */
function clientRoute(
  { match, route, ...rest }: RouteJson,
  spiffeID: NonNullable<ClientMatch['spiffeID']>,
  { requestTimeout, streamIdleTimeout }: NonNullable<MeshTimeoutConf['http']>,
): RouteJson {
  return {
    ...structuredClone(rest),
    match: { ...match, headers: [...(match?.headers ?? []), clientCertificate(spiffeID)] },
    route: {
      ...route,
      ...(requestTimeout !== undefined && { timeout: envoyDuration(requestTimeout) }),
      ...(streamIdleTimeout !== undefined && { idleTimeout: envoyDuration(streamIdleTimeout) }),
    },
  };
}

function setClusterTimeouts(
  cluster: ClusterJson,
  protocol: Protocol,
  conf: MeshTimeoutConf | undefined,
  defaults: Defaults,
): void {
  cluster.connectTimeout = envoyDuration(conf?.connectionTimeout ?? defaults.connection);
  if (protocol !== 'http' && protocol !== 'http2') return;
  const { maxStreamDuration, maxConnectionDuration } = conf?.http ?? {};
  setCommonHttpOptions(cluster, {
    idleTimeout: envoyDuration(conf?.idleTimeout ?? defaults.idle),
    ...(maxStreamDuration ? { maxStreamDuration: envoyDuration(maxStreamDuration) } : {}),
    ...(maxConnectionDuration ? { maxConnectionDuration: envoyDuration(maxConnectionDuration) } : {}),
  });
}

function setRouteTimeouts(
  routes: RouteConfigurationJson | undefined,
  defaults: Defaults,
  confOf: (routeName: string | undefined) => MeshTimeoutConf | undefined,
): void {
  for (const { routes: all = [] } of routes?.virtualHosts ?? []) {
    for (const { name, route } of all) {
      if (!route) continue;
      const http = confOf(name)?.http;
      route.timeout = envoyDuration(http?.requestTimeout ?? defaults.request);
      route.idleTimeout = envoyDuration(http?.streamIdleTimeout ?? defaults.streamIdle);
    }
  }
}

function setClientTimeouts(
  hcm: HttpConnectionManagerJson | undefined,
  conf: MeshTimeoutConf | undefined,
  idle: string,
): void {
  if (!hcm) return;
  hcm.commonHttpProtocolOptions = { ...hcm.commonHttpProtocolOptions, idleTimeout: envoyDuration(idle) };
  const headers = conf?.http?.requestHeadersTimeout;
  if (headers) hcm.requestHeadersTimeout = envoyDuration(headers);
}
