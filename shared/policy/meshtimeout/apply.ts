import type { ClusterJson } from '../../xds/gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { RouteConfigurationJson } from '../../xds/gen/envoy/config/route/v3/route_pb.d.ts';
import type { HttpConnectionManagerJson } from '../../xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import { setCommonHttpOptions } from '../../xds/cluster.ts';
import type { InboundResources, OutboundResources, Protocol } from '../../xds/parts.ts';
import { envoyDuration } from '../duration.ts';
import type { InboundRules, ToRules } from '../rules.ts';
import type { MeshTimeoutConf } from './schema.ts';

type Defaults = { connection: string; idle: string; request: string; streamIdle: string };

/** What holds where no policy says otherwise (policies §3.4). */
const OUTBOUND: Defaults = { connection: '5s', idle: '1h', request: '15s', streamIdle: '30m' };
const INBOUND: Defaults = { connection: '10s', idle: '2h', request: '0s', streamIdle: '1h' };

/** Calls to a service: its clusters each by their own service, the routes by the one that was called. */
export function applyToOutbound(outbound: OutboundResources, rules: ToRules<MeshTimeoutConf>): void {
  for (const { cluster, service, protocol } of outbound.clusters) {
    setClusterTimeouts(cluster, protocol, rules.forService(service)?.conf, OUTBOUND);
  }
  const conf = rules.forService(outbound.service)?.conf;
  setRouteTimeouts(
    outbound.routes,
    OUTBOUND,
    (name) => (name ? rules.forRoute(outbound.service, name)?.conf : undefined) ?? conf,
  );
  setHeadersTimeout(outbound.hcm, conf);
  if (outbound.tcpProxy) outbound.tcpProxy.idleTimeout = envoyDuration(conf?.idleTimeout ?? OUTBOUND.idle);
}

/** Calls that come in. Timeouts for single clients (`rules[].matches`) are refused by the validation. */
export function applyToInbound(inbound: InboundResources, rules: InboundRules<MeshTimeoutConf>): void {
  const conf = rules.all?.conf;
  setClusterTimeouts(inbound.cluster, inbound.protocol, conf, INBOUND);
  setRouteTimeouts(inbound.routes, INBOUND, () => conf);
  for (const chain of inbound.chains) {
    setHeadersTimeout(chain.hcm, conf);
    if (chain.tcpProxy) chain.tcpProxy.idleTimeout = envoyDuration(conf?.idleTimeout ?? INBOUND.idle);
  }
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

function setHeadersTimeout(hcm: HttpConnectionManagerJson | undefined, conf: MeshTimeoutConf | undefined): void {
  if (!hcm) return;
  // The idle time of client connections is the client proxy's business, so that it does not lose a request to a race.
  hcm.commonHttpProtocolOptions = { ...hcm.commonHttpProtocolOptions, idleTimeout: '0s' };
  const headers = conf?.http?.requestHeadersTimeout;
  if (headers) hcm.requestHeadersTimeout = envoyDuration(headers);
}
