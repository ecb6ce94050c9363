import { tcpProxy, tcpProxyFilter, tlsInspector } from '../xds/filters.ts';
import type { FilterChainJson } from '../xds/gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { ListenerJson } from '../xds/gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { TcpProxyJson } from '../xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.d.ts';
import { inboundListener } from '../xds/listener.ts';
import { tagSni } from '../xds/sni.ts';
import type { ZoneProxyNetworking } from '../resource/zoneProxyNetworking.ts';
import type { EndpointSource } from './endpointSource.ts';
import type { Memo } from './memo.ts';
import type { Subset } from './routedSubsets.ts';

/** How long a zone proxy waits for a connection to where it passes one on. */
export const ZONE_PROXY_CONNECT_TIMEOUT = '5s';

/** What a zone proxy was made from, for keeping it up to date. */
export interface ZoneProxyUse {
  readonly sources: Map<string, EndpointSource>;
}

/** A service, or a part of it, as callers ask a zone proxy for it, and the cluster that such connections go to. */
interface SniRoute {
  readonly mesh: string;
  readonly service: string;
  /** Named in the SNI; without `kuma.io/service`. */
  readonly tags: Subset;
  readonly cluster: string;
  /** Only endpoints of the cluster with these tags; none: all of them. */
  readonly among: Subset;
}

/** The filter chains of a zone proxy's listener, one for each SNI; of two that Envoy could not tell apart the first stays. */
export class SniChains {
  readonly #chains = new Map<string, FilterChainJson>();
  readonly #memo: Memo;

  constructor(memo: Memo) {
    this.#memo = memo;
  }

  add({ mesh, service, tags, cluster, among }: SniRoute): void {
    // Envoy knows a connection's SNI in lower case only
    const sni = tagSni(service, mesh, tags).toLowerCase();
    // Envoy would take it for a wildcard, and refuse the listener: there would be no way into the zone any more
    if (sni.includes('*') || this.#chains.has(sni)) return;
    const key = `sni chain|${cluster}|${sni}|${JSON.stringify(among)}`;
    this.#chains.set(
      sni,
      this.#memo.of(key, () => chainTo(cluster, sni, among)),
    );
  }

  /** In an order that depends on nothing but the SNIs. */
  get all(): FilterChainJson[] {
    return [...this.#chains].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, chain]) => chain);
  }
}

/**
 * The one listener of a zone proxy: it looks at the SNI of mesh mTLS and passes the connection on without opening it.
 * A connection with an SNI that no chain has is closed.
 */
export function sniListener({ address, port }: ZoneProxyNetworking, filterChains: FilterChainJson[]): ListenerJson {
  const listener = inboundListener({ address, port, tags: {}, bind: true, filterChains });
  listener.listenerFilters = [tlsInspector()];
  return listener;
}

function chainTo(cluster: string, sni: string, among: Subset): FilterChainJson {
  const proxy: TcpProxyJson = tcpProxy(cluster, cluster);
  if (Object.keys(among).length > 0) proxy.metadataMatch = { filterMetadata: { 'envoy.lb': { ...among } } };
  return { filterChainMatch: { transportProtocol: 'tls', serverNames: [sni] }, filters: [tcpProxyFilter(proxy)] };
}
