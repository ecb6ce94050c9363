import { udpAddress } from './address.ts';
import type { ListenerJson } from './gen/envoy/config/listener/v3/listener_pb.d.ts';
import type { DnsFilterConfigJson } from './gen/envoy/extensions/filters/udp/dns_filter/v3/dns_filter_pb.d.ts';
import { DNS_NAME } from './names.ts';
import { typed } from './typed.ts';

/** How long a client may keep an answer, as in Kuma. */
export const TTL_SECONDS = 30;

export interface DnsRecord {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * A DNS server on loopback UDP: answers the records itself and asks the host's resolvers (c-ares reads resolv.conf) for
 * every other name.
 */
export function dnsListener(port: number, records: readonly DnsRecord[]): ListenerJson {
  const config: DnsFilterConfigJson = {
    statPrefix: 'kuma_dns',
    serverConfig: {
      inlineDnsTable: {
        externalRetryCount: 3,
        virtualDomains: records.map(({ name, addresses }) => ({
          name,
          answerTtl: `${TTL_SECONDS}s`,
          endpoint: { addressList: { address: [...addresses] } },
        })),
      },
    },
    clientConfig: {
      maxPendingLookups: '256',
      typedDnsResolverConfig: {
        name: 'envoy.network.dns_resolver.cares',
        typedConfig: typed('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {}),
      },
    },
  };
  return {
    name: DNS_NAME,
    address: udpAddress('127.0.0.1', port),
    trafficDirection: 'OUTBOUND',
    listenerFilters: [
      {
        name: 'envoy.filters.udp.dns_filter',
        typedConfig: typed('envoy.extensions.filters.udp.dns_filter.v3.DnsFilterConfig', config),
      },
    ],
  };
}
