import { isDnsName } from '../resource/address.ts';
import { WORKLOAD_LABEL, ZONE_LABEL } from '../resource/labels.ts';
import { NAMESPACE_LABEL } from '../policy/candidate.ts';
import type { Resource } from '../resource/resource.ts';
import { type DnsRecord, dnsListener, TTL_SECONDS } from '../xds/dnsFilter.ts';
import { dynamicConfigListener, dynamicConfigRoutes } from '../xds/dynamicConfig.ts';
import { DNS_NAME, DYNAMIC_CONFIG_NAME } from '../xds/names.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import { virtualPlacement } from './outbounds.ts';
import type { Sidecar } from './sidecar.ts';

/** A proxy that answers DNS in its own process and must not have the port taken by Envoy: it asks Envoy for the names. */
const OWN_SERVER = 'feature-embedded-dns';

/** Adds the names of virtual IPs, with a DNS server where the proxy has none, if it asked for them and has virtual IPs at all. */
export function addDns(set: ResourceSet, sidecar: Sidecar): void {
  const { proxy, redirect, memo } = sidecar;
  const { dnsPort, features, workdir } = proxy.metadata;
  if (dnsPort === 0 || !virtualPlacement(proxy, redirect)) return;
  const known = knownNames(sidecar);
  if (!features.includes(OWN_SERVER)) {
    const listener = memo.from(known, `listener ${dnsPort}`, () => dnsListener(dnsPort, known));
    set.put('listener', DNS_NAME, listener);
    return;
  }
  const labels = metricLabels(sidecar.dataplane, sidecar.settings.zone);
  const routes = memo.from(known, `routes ${JSON.stringify(labels)}`, () =>
    dynamicConfigRoutes('/dns', dnsConfig(known, labels)),
  );
  const listener = memo.of(`dynamic config|${workdir}`, () => dynamicConfigListener(workdir, routes));
  set.put('route', DYNAMIC_CONFIG_NAME, routes);
  set.put('listener', DYNAMIC_CONFIG_NAME, listener);
}

/** One object for all proxies with the same names. */
function knownNames({ outbounds, settings: { domain }, memo }: Sidecar): readonly DnsRecord[] {
  return memo.from(outbounds, `names ${domain}`, () => {
    const named = outbounds.filter((outbound) => outbound.virtual);
    const key = `names|${domain}|${named.map(({ service, address }) => `${service}=${address}`).join()}`;
    return memo.of(key, () => named.flatMap(({ service, address }) => records(service, domain, address)));
  });
}

/**
 * A service's names: as the tag is written and, where it has underscores, in RFC 1123 form. What is no name of DNS nobody could ask for,
 * and Envoy would refuse all names for it.
 */
function records(service: string, domain: string, address: string): DnsRecord[] {
  const names = new Set([service, service.replaceAll('_', '.')]);
  return [...names].filter(isDnsName).map((name) => ({ name: `${name}.${domain}`, addresses: [address] }));
}

/** What kuma-dp's DNS server is told, in its own words. */
function dnsConfig(known: readonly DnsRecord[], extraLabels: Readonly<Record<string, string>>): string {
  const sorted = [...known].sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = sorted.map(({ name, addresses }) => ({ name, ips: addresses }));
  return JSON.stringify({ records: all, ttl: TTL_SECONDS, extraLabels });
}

/** Labels that kuma-dp gives the metrics of its DNS server. */
function metricLabels({ mesh, labels }: Resource, zone: string): Record<string, string> {
  const given = {
    kuma_workload: labels[WORKLOAD_LABEL],
    k8s_kuma_io_namespace: labels[NAMESPACE_LABEL],
    mesh,
    kuma_io_zone: labels[ZONE_LABEL] ?? zone,
  };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
