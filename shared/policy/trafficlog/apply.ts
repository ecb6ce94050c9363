import { type Backend, backendOf } from '../../resource/mesh/backends.ts';
import { fileAccessLog } from '../../xds/accessLog.ts';
import { trafficFilters } from '../../xds/filters.ts';
import { OUTBOUND_PASSTHROUGH_NAME } from '../../xds/names.ts';
import type { ResourceSet } from '../../xds/resourceSet.ts';
import type { ProxyContext } from '../context.ts';
import { PASS_THROUGH } from '../legacyRules.ts';
import type { ToRules } from '../rules.ts';
import { envoyFormat, HTTP_FORMAT, type KumaValues, TCP_FORMAT } from './format.ts';
import type { TrafficLogConf } from './schema.ts';

/** Logs the calls of a proxy where they leave it; a backend that the mesh has not logs nothing (policies §4.4). */
export function applyTrafficLog(set: ResourceSet, rules: ToRules<TrafficLogConf>, context: ProxyContext): void {
  for (const { listener, service } of context.outbounds)
    logListener(set, listener, rules.forService(service)?.conf, context, {
      destinationService: service,
      trafficDirection: 'OUTBOUND',
    });
  logListener(set, OUTBOUND_PASSTHROUGH_NAME, rules.forService(PASS_THROUGH)?.conf, context, {
    destinationService: 'external',
    trafficDirection: 'UNSPECIFIED',
  });
}

function logListener(
  set: ResourceSet,
  name: string,
  conf: TrafficLogConf | undefined,
  context: ProxyContext,
  destination: Pick<KumaValues, 'destinationService' | 'trafficDirection'>,
): void {
  const backend = conf && backendOf(context.logging, conf.backend);
  const sink = backend && sinkOf(backend, context);
  if (!sink) return;
  const { mesh, zone } = context;
  const values = { sourceAddress: context.address, sourceService: context.service, mesh, zone, ...destination };
  const log = (format: string) =>
    fileAccessLog(sink.path, `${sink.prefix}${envoyFormat(backend.format ?? format, values)}\n`);
  set.edit('listener', name, (copy) => {
    const { hcms, tcpProxies } = trafficFilters(copy);
    for (const hcm of hcms) hcm.accessLog = [...(hcm.accessLog ?? []), log(HTTP_FORMAT)];
    for (const proxy of tcpProxies) proxy.accessLog = [...(proxy.accessLog ?? []), log(TCP_FORMAT)];
  });
}

/** The file that Envoy writes, and what each line begins with there. */
function sinkOf({ type, conf }: Backend, { accessLogPipe }: ProxyContext) {
  if (type === 'file') return { path: String(conf?.path), prefix: '' };
  return accessLogPipe === undefined ? undefined : { path: accessLogPipe, prefix: `${conf?.address};` };
}
