import type { RetryPolicyJson } from '../../xds/gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { OutboundResources, Protocol } from '../../xds/parts.ts';
import type { ToRules } from '../rules.ts';
import { grpcRetryPolicy, httpRetryPolicy } from './retryPolicy.ts';
import type { MeshRetryConf } from './schema.ts';

/** Retries of requests, for http and grpc (not http2), and of connections, for tcp (not kafka): as in Kuma. */
export function applyMeshRetry(outbound: OutboundResources, rules: ToRules<MeshRetryConf>): void {
  const { service, protocol, tcpProxy, routes } = outbound;
  const attempts = rules.forService(service)?.conf.tcp?.maxConnectAttempt;
  if (tcpProxy && protocol === 'tcp' && attempts) tcpProxy.maxConnectAttempts = attempts;
  for (const { routes: all = [] } of routes?.virtualHosts ?? []) {
    for (const { name, route } of all) {
      const rule = name ? rules.forRoute(service, name) : rules.forService(service);
      const policy = route && rule && retryPolicy(rule.conf, protocol);
      if (policy) route.retryPolicy = policy;
    }
  }
}

function retryPolicy({ http, grpc }: MeshRetryConf, protocol: Protocol): RetryPolicyJson | undefined {
  if (protocol === 'http') return http && httpRetryPolicy(http);
  return protocol === 'grpc' ? grpc && grpcRetryPolicy(grpc) : undefined;
}
