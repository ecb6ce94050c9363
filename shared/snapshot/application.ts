import type { Inbound } from '../resource/dataplane/spec.ts';
import { isLoopback, tcpAddress } from '../xds/address.ts';
import type { AddressJson } from '../xds/gen/envoy/config/core/v3/address_pb.d.ts';
import { localClusterName } from '../xds/names.ts';

/** Source address of the proxy's own calls to the application, by which iptables lets them pass. */
export const INBOUND_SOURCE = '127.0.0.6';
const INBOUND_SOURCE_IPV6 = '::6';

/** The application behind an inbound. */
export interface Application {
  readonly cluster: string;
  readonly address: AddressJson;
  /** From where it is dialled, if not from anywhere. */
  readonly source: string | undefined;
}

/** Name of the cluster that leads to the application behind an inbound. */
export function applicationCluster({ servicePort, port }: Inbound): string {
  return localClusterName(servicePort || port);
}

/** It is at `serviceAddress`, else at the inbound's own address. */
export function applicationOf(inbound: Inbound, address: string, redirected: boolean): Application {
  const port = inbound.servicePort || inbound.port;
  const target = inbound.serviceAddress || address;
  return {
    cluster: applicationCluster(inbound),
    address: tcpAddress(target, port),
    source: redirected && !isLoopback(target) ? sourceTowards(target) : undefined,
  };
}

/** Of the family of the address that is dialled. */
function sourceTowards(target: string): string {
  return target.includes(':') ? INBOUND_SOURCE_IPV6 : INBOUND_SOURCE;
}
