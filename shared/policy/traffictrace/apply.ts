import { backendOf } from '../../resource/mesh/backends.ts';
import { hostCluster } from '../../xds/cluster.ts';
import { trafficFilters } from '../../xds/filters.ts';
import { tracingClusterName } from '../../xds/names.ts';
import type { ResourceSet } from '../../xds/resourceSet.ts';
import { upstreamTls } from '../../xds/tls.ts';
import type { ProxyContext } from '../context.ts';
import type { TrafficTraceConf } from './schema.ts';
import { type Collector, collectorOf, type Span } from './tracer.ts';

const CONNECT_TIMEOUT = '5s';

/** Traces the requests that a proxy takes and makes; a backend that the mesh has not traces nothing. */
export function applyTrafficTrace(set: ResourceSet, conf: TrafficTraceConf, context: ProxyContext): void {
  const backend = backendOf(context.tracing, conf.backend);
  if (!backend) return;
  const cluster = tracingClusterName(backend.name);
  const collector = collectorOf(backend, cluster);
  if (!collector) return;
  const trace = (listener: string, span: Span) => {
    const tracing = {
      spawnUpstreamSpan: false,
      ...(backend.sampling !== undefined && { overallSampling: { value: backend.sampling } }),
      provider: collector.provider(span),
    };
    context.editListener.shared(set, listener, JSON.stringify(tracing), (copy) => {
      for (const hcm of trafficFilters(copy).hcms) hcm.tracing = tracing;
    });
  };
  for (const { listener, service } of context.inbounds) trace(listener, { service, direction: 'INBOUND' });
  for (const { listener, service } of context.outbounds)
    trace(listener, { service: context.service, direction: 'OUTBOUND', destination: service });
  set.put('cluster', cluster, collectorCluster(cluster, collector));
}

/** Whoever answers at a URL with TLS is not verified: a Mesh does not say by which CA. */
function collectorCluster(name: string, { host, port, tls }: Collector) {
  const cluster = hostCluster(name, host, port, CONNECT_TIMEOUT);
  if (tls) cluster.transportSocket = upstreamTls(host);
  return cluster;
}
