import type { Backend } from '../../resource/mesh/backends.ts';
import { parseZipkinUrl } from '../../resource/mesh/zipkinUrl.ts';
import type { DatadogConfigJson } from '../../xds/gen/envoy/config/trace/v3/datadog_pb.d.ts';
import type { Tracing_HttpJson } from '../../xds/gen/envoy/config/trace/v3/http_tracer_pb.d.ts';
import type { ZipkinConfigJson } from '../../xds/gen/envoy/config/trace/v3/zipkin_pb.d.ts';
import { typed } from '../../xds/typed.ts';

/** Whose request is traced: that of a service, which it takes or makes. */
export interface Span {
  readonly service: string;
  readonly direction: 'INBOUND' | 'OUTBOUND';
  readonly destination?: string;
}

/** Where spans go, and how a listener sends them there. */
export interface Collector {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  provider(span: Span): Tracing_HttpJson;
}

/** @param cluster leads to the collector @returns `undefined` where the backend says nothing that could be one */
export function collectorOf(backend: Backend, cluster: string): Collector | undefined {
  return backend.type === 'zipkin' ? zipkin(backend, cluster) : datadog(backend, cluster);
}

function zipkin({ conf = {} }: Backend, cluster: string): Collector | undefined {
  const url = parseZipkinUrl(String(conf.url));
  if (typeof url === 'string') return undefined;
  const config: ZipkinConfigJson = {
    collectorCluster: cluster,
    collectorEndpoint: url.path,
    collectorHostname: url.authority,
    collectorEndpointVersion: conf.apiVersion === 'httpProto' ? 'HTTP_PROTO' : 'HTTP_JSON',
    traceId128bit: conf.traceId128bit === true,
    sharedSpanContext: conf.sharedSpanContext !== false,
  };
  const provider = {
    name: 'envoy.tracers.zipkin',
    typedConfig: typed('envoy.config.trace.v3.ZipkinConfig', config),
  };
  return { ...url, provider: () => provider };
}

function datadog({ conf = {} }: Backend, cluster: string): Collector {
  const provider = ({ service, direction, destination }: Span) => {
    const parts = conf.splitService === true ? [service, direction, ...(destination ? [destination] : [])] : [service];
    const config: DatadogConfigJson = { collectorCluster: cluster, serviceName: parts.join('_') };
    return { name: 'envoy.tracers.datadog', typedConfig: typed('envoy.config.trace.v3.DatadogConfig', config) };
  };
  return { host: String(conf.address), port: Number(conf.port), tls: false, provider };
}
