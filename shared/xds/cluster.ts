import { isIpAddress } from '../resource/address.ts';
import { ADS, tcpAddress } from './address.ts';
import type { ClusterJson } from './gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { HttpProtocolOptionsJson, KeepaliveSettingsJson } from './gen/envoy/config/core/v3/protocol_pb.d.ts';
import type { AddressJson } from './gen/envoy/config/core/v3/address_pb.d.ts';
import { statName } from './names.ts';
import { typed } from './typed.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** A cluster whose endpoints come over EDS under the cluster's own name. */
export function edsCluster(name: string, connectTimeout: string): ClusterJson {
  return {
    ...named(name),
    type: 'EDS',
    edsClusterConfig: { edsConfig: ADS },
    connectTimeout,
    circuitBreakers: { thresholds: [{ trackRemaining: true }] },
  };
}

/** The name under which a cluster asks for its endpoints over EDS; `undefined`: it does not. */
export function edsName({ name, type, edsClusterConfig }: ClusterJson): string | undefined {
  // Proto JSON may have the number of an enum's value.
  return type === 'EDS' || (type as unknown) === 3 ? edsClusterConfig?.serviceName || name : undefined;
}

/** A cluster of addresses known now; without any it refuses. */
export function staticCluster(name: string, addresses: readonly AddressJson[], connectTimeout: string): ClusterJson {
  const lbEndpoints = addresses.map((address) => ({ endpoint: { address } }));
  return {
    ...named(name),
    type: 'STATIC',
    connectTimeout,
    loadAssignment: { clusterName: name, ...(lbEndpoints.length > 0 ? { endpoints: [{ lbEndpoints }] } : {}) },
  };
}

/** A cluster of one host, known by its address or by a name that is resolved. */
export function hostCluster(name: string, host: string, port: number, connectTimeout: string): ClusterJson {
  const cluster = staticCluster(name, [tcpAddress(host, port)], connectTimeout);
  return isIpAddress(host) ? cluster : { ...cluster, type: 'STRICT_DNS', dnsLookupFamily: 'V4_PREFERRED' };
}

/** A cluster that dials where the connection originally went (SO_ORIGINAL_DST). */
export function originalDstCluster(name: string, connectTimeout: string): ClusterJson {
  return { ...named(name), type: 'ORIGINAL_DST', lbPolicy: 'CLUSTER_PROVIDED', connectTimeout };
}

/**
 * The HTTP version spoken upstream.
 * @param connectionKeepalive how often the other end of an HTTP/2 connection has to say that it is there, and how soon.
 */
export function speak(
  cluster: ClusterJson,
  version: 'http1' | 'http2',
  connectionKeepalive?: KeepaliveSettingsJson,
): void {
  const explicitHttpConfig =
    version === 'http2'
      ? { http2ProtocolOptions: connectionKeepalive ? { connectionKeepalive } : {} }
      : { httpProtocolOptions: {} };
  cluster.typedExtensionProtocolOptions = { [HTTP_OPTIONS]: typed(HTTP_OPTIONS, { explicitHttpConfig }) };
}

/** Options of all HTTP versions; only where `speak` chose one. */
export function setCommonHttpOptions(cluster: ClusterJson, options: HttpProtocolOptionsJson): void {
  const all = cluster.typedExtensionProtocolOptions as Record<string, Record<string, unknown>> | undefined;
  const own = all?.[HTTP_OPTIONS];
  if (own) own.commonHttpProtocolOptions = { ...(own.commonHttpProtocolOptions as object | undefined), ...options };
}

/** Dials from that address, so that iptables tells the proxy's own loopback traffic from the application's. */
export function dialFrom(cluster: ClusterJson, address: string): void {
  cluster.upstreamBindConfig = { sourceAddress: { address, portValue: 0 } };
}

function named(name: string): ClusterJson {
  const stat = statName(name);
  return { name, ...(stat === name ? {} : { altStatName: stat }) };
}
