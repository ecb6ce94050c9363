import type { JsonObject } from '../resource/json.ts';

/** The five kinds of Envoy resource we serve, in the order in which a push sends them (make before break). */
export const XDS_KINDS = ['cluster', 'endpoint', 'secret', 'listener', 'route'] as const;
export type XdsKind = (typeof XDS_KINDS)[number];

export const TYPE_URL: Readonly<Record<XdsKind, string>> = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};

/**
 * An Envoy resource in proto3 JSON form, lowerCamelCase, as the generated `…Json` types describe it. Frozen once it is
 * in a snapshot: proxies share the same object, and it is encoded once.
 */
export type XdsResource = JsonObject;

/** All xDS of one proxy: for each kind name → resource. Never changes after it was made. */
export type Snapshot = Readonly<Record<XdsKind, ReadonlyMap<string, XdsResource>>>;

/** One of something for each kind. */
export function everyKind<T>(make: (kind: XdsKind) => T): Record<XdsKind, T> {
  const [cluster, endpoint, secret, listener, route] = XDS_KINDS;
  return {
    cluster: make(cluster),
    endpoint: make(endpoint),
    secret: make(secret),
    listener: make(listener),
    route: make(route),
  };
}
