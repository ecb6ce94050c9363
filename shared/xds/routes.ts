import type { RouteConfigurationJson } from './gen/envoy/config/route/v3/route_pb.d.ts';

/** Routes with one virtual host for every authority, whose one route leads everything to a cluster. */
export function routesTo(cluster: string, name: string, virtualHost: string): RouteConfigurationJson {
  return {
    name,
    // a route may come a moment before its cluster; Envoy then answers 503 instead of refusing all routes
    validateClusters: false,
    virtualHosts: [
      { name: virtualHost, domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster, timeout: '0s' } }] },
    ],
  };
}
