import type { AddressJson } from './gen/envoy/config/core/v3/address_pb.d.ts';
import type { ConfigSourceJson } from './gen/envoy/config/core/v3/config_source_pb.d.ts';

/** A port of an IP address or, for clusters that are resolved, of a host. */
export function tcpAddress(address: string, port: number): AddressJson {
  return { socketAddress: { address, portValue: port } };
}

/** The same for UDP. */
export function udpAddress(address: string, port: number): AddressJson {
  return { socketAddress: { protocol: 'UDP', address, portValue: port } };
}

/** A Unix socket. */
export function pipeAddress(path: string): AddressJson {
  return { pipe: { path } };
}

/** The loopback address itself, to which iptables lets the proxy's own calls pass whatever they come from. */
export function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || address === '::1';
}

/** "Ask on the stream you got this on": EDS, RDS and SDS travel on the ADS stream, so their order is ours. */
export const ADS: ConfigSourceJson = { ads: {}, resourceApiVersion: 'V3' };
