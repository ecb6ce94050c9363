import { type DnsRecord, dnsListener } from '../xds/dnsFilter.ts';
import { DNS_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { virtualPlacement } from './outbounds.ts';
import type { Sidecar } from './sidecar.ts';

/** A proxy that answers DNS in its own process and must not have the port taken by Envoy. */
const OWN_SERVER = 'feature-embedded-dns';

/** Adds the DNS server for the names of virtual IPs, where the proxy asked for one and has virtual IPs at all. */
export function addDns(set: ResourceSet, { proxy, redirect, outbounds, settings, memo }: Sidecar): void {
  const { dnsPort, features } = proxy.metadata;
  if (dnsPort === 0 || features.includes(OWN_SERVER) || !virtualPlacement(proxy, redirect)) return;
  const listener = memo.from(outbounds, `dns|${dnsPort}|${settings.domain}`, () => {
    const named = outbounds.filter((outbound) => outbound.virtual);
    const key = `dns|${dnsPort}|${settings.domain}|${named.map(({ service, address }) => `${service}=${address}`).join()}`;
    const all = () => named.flatMap((o) => records(o.service, settings.domain, o.address));
    return memo.of(key, () => dnsListener(dnsPort, all()));
  });
  set.put('listener', DNS_NAME, listener);
}

/** A service's names: as the tag is written and, where it has underscores, in RFC 1123 form (multizone-and-dataplane §3.1). */
function records(service: string, domain: string, address: string): DnsRecord[] {
  const names = new Set([service, service.replaceAll('_', '.')]);
  return [...names].map((name) => ({ name: `${name}.${domain}`, addresses: [address] }));
}
