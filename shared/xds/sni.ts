/**
 * SNI in Kuma's tag form (`pkg/xds/envoy/tls/sni.go`): `backend{mesh=default,version=1}`, keys sorted. Clients and zone ingresses make it with
 * this one function, since the ingress matches it as a whole.
 * @param tags of the subset, without `kuma.io/service` and `mesh`.
 */
export function tagSni(service: string, mesh: string, tags: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = { ...tags, mesh };
  const pairs = Object.keys(all)
    .sort()
    .map((key) => `${key}=${all[key]}`);
  return `${service}{${pairs.join(',')}}`;
}
