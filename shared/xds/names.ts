import { sha256Hex } from './sha256.ts';

/** Kuma's legacy names of Envoy resources (`pkg/xds/envoy/names/resource_names.go`), and ours where Kuma has none. */

export const inboundListenerName = (address: string, port: number) => `inbound:${address}:${port}`;
export const outboundListenerName = (address: string, port: number) => `outbound:${address}:${port}`;
export const localClusterName = (port: number) => `localhost:${port}`;
export const inboundRouteName = (service: string) => `inbound:${service}`;
/** @param cluster the outbound's own cluster: the service, or a subset of it. */
export const outboundRouteName = (cluster: string) => `outbound:${cluster}`;
/** On a zone ingress or egress, which serve all meshes. */
export const zoneProxyClusterName = (mesh: string, service: string) => `${mesh}:${service}`;
export const tracingClusterName = (backend: string) => `tracing:${backend}`;
export const identitySecretName = (mesh: string) => `identity_cert:secret:${mesh}`;
export const caSecretName = (mesh: string) => `mesh_ca:secret:${mesh}`;
export const spiffeId = (mesh: string, service: string) => `spiffe://${mesh}/${service}`;

export const ADMIN_NAME = 'kuma:envoy:admin';
export const ADMIN_CA_NAME = 'kuma:envoy:admin:ca';
export const READINESS_NAME = 'kuma:readiness';
export const DNS_NAME = 'kuma:dns';
export const DYNAMIC_CONFIG_NAME = '_kuma:dynamicconfig';
export const METRICS_LISTENER_NAME = 'kuma:metrics:prometheus';
export const METRICS_CLUSTER_NAME = 'kuma:metrics:hijacker';
export const PROBE_LISTENER_NAME = 'probe:listener';
export const PROBE_ROUTE_NAME = 'probe:route_configuration';
export const OUTBOUND_PASSTHROUGH_NAME = 'outbound:passthrough:ipv4';
export const INBOUND_PASSTHROUGH_NAME = 'inbound:passthrough:ipv4';
export const DIRECT_ACCESS_NAME = 'direct_access';
export const directAccessListenerName = (address: string, port: number) => `direct_access_${address}:${port}`;
export const NO_DESTINATION_NAME = 'self_transparentproxy_no_destination_inbound';

/**
 * Cluster of a service, or of a part of it: `<service>-<hash>`, the hash being the first 8 bytes of SHA-256 over the
 * sorted keys and values of the destination's tags.
 * @param tags without `kuma.io/service`.
 */
export function outboundClusterName(service: string, tags: Readonly<Record<string, string>>): string {
  const keys = Object.keys(tags);
  if (keys.length === 0) return service;
  const all: Record<string, string> = { ...tags, 'kuma.io/service': service };
  const text = Object.keys(all)
    .sort()
    .map((key) => key + all[key])
    .join('');
  return `${service}-${sha256Hex(text).slice(0, 16)}`;
}

/** A name as `stat_prefix` or `alt_stat_name`: anything but letters, digits, `_` and `-` becomes `_`. */
export function statName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}
