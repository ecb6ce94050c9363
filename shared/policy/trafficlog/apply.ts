import { type Backend, backendOf } from '../../resource/mesh/backends.ts';
import { fileAccessLog } from '../../xds/accessLog.ts';
import { trafficFilters } from '../../xds/filters.ts';
import { DIRECT_ACCESS_NAME, OUTBOUND_PASSTHROUGH_NAME } from '../../xds/names.ts';
import type { ResourceSet } from '../../xds/resourceSet.ts';
import type { ProxyContext } from '../context.ts';
import { PASS_THROUGH } from '../legacyRules.ts';
import type { ToRules } from '../rules.ts';
import { envoyFormat, HTTP_FORMAT, type KumaValues, TCP_FORMAT } from './format.ts';
import type { TrafficLogConf } from './schema.ts';

/** A listener to be logged, and what is known of where it leads. */
interface Logged extends Pick<KumaValues, 'destinationService' | 'trafficDirection'> {
  readonly listener: string;
  /** As the policies' destinations know it. */
  readonly service: string;
}

/** Logs the calls of a proxy where they leave it; a backend that the mesh has not logs nothing. */
export function applyTrafficLog(set: ResourceSet, rules: ToRules<TrafficLogConf>, context: ProxyContext): void {
  for (const logged of loggedListeners(set, context)) {
    const conf = rules.forService(logged.service)?.conf;
    const backend = conf && backendOf(context.logging, conf.backend);
    if (backend) logListener(set, logged, backend, context);
  }
}

function loggedListeners(set: ResourceSet, { outbounds }: ProxyContext): Logged[] {
  const direct = set.names('listener').filter((name) => name.startsWith(`${DIRECT_ACCESS_NAME}_`));
  return [
    ...outbounds.map(
      ({ listener, service }): Logged => ({
        listener,
        service,
        destinationService: service,
        trafficDirection: 'OUTBOUND',
      }),
    ),
    ...direct.map(
      (name): Logged => ({
        listener: name,
        service: PASS_THROUGH,
        destinationService: name,
        trafficDirection: 'OUTBOUND',
      }),
    ),
    {
      listener: OUTBOUND_PASSTHROUGH_NAME,
      service: PASS_THROUGH,
      destinationService: 'external',
      trafficDirection: 'UNSPECIFIED',
    },
  ];
}

function logListener(set: ResourceSet, { listener, ...destination }: Logged, backend: Backend, context: ProxyContext) {
  const sink = sinkOf(backend, context);
  if (!sink) return;
  const { mesh, zone, workload } = context;
  const values = {
    sourceAddress: context.address,
    sourceService: context.service,
    mesh,
    zone,
    workload,
    ...destination,
  };
  const logOf = (format: string) =>
    fileAccessLog(sink.path, `${sink.prefix}${envoyFormat(backend.format ?? format, values)}\n`);
  const logs = { http: logOf(HTTP_FORMAT), tcp: logOf(TCP_FORMAT) };
  context.editListener.own(set, listener, JSON.stringify(logs), (copy) => {
    const { hcms, tcpProxies } = trafficFilters(copy);
    for (const hcm of hcms) hcm.accessLog = [...(hcm.accessLog ?? []), logs.http];
    for (const proxy of tcpProxies) proxy.accessLog = [...(proxy.accessLog ?? []), logs.tcp];
  });
}

/** The file that Envoy writes, and what each line begins with there. */
function sinkOf({ type, conf }: Backend, { accessLogPipe }: ProxyContext) {
  if (type === 'file') return { path: String(conf?.path), prefix: '' };
  // in a format a percent sign, as before the interface of a link-local address, is written twice
  const address = String(conf?.address).replaceAll('%', '%%');
  return accessLogPipe === undefined ? undefined : { path: accessLogPipe, prefix: `${address};` };
}
