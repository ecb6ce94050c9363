import type { ProxyContext } from '../policy/context.ts';
import { identifyingService } from '../resource/dataplane/tagSets.ts';
import { kriOf } from '../resource/kri.ts';
import { WORKLOAD_LABEL, ZONE_LABEL } from '../resource/labels.ts';
import type { Resource } from '../resource/resource.ts';
import { SERVICE_TAG } from '../resource/tags.ts';
import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import { ACCESS_LOG_FEATURE, accessLogPipe } from '../xds/accessLog.ts';
import { inboundListenerName, outboundListenerName } from '../xds/names.ts';
import { effectContext, type Lookups } from './lookups.ts';
import { listenerEdits } from './listenerEdits.ts';
import type { Sidecar } from './sidecar.ts';

/** A sidecar as the effects upon a whole proxy see it. */
export function proxyContext({ proxy, mesh, dataplane, outbounds, memo }: Sidecar, lookups: Lookups): ProxyContext {
  const { address, advertisedAddress, inbound = [] } = dataplane.spec.networking;
  const { features, workdir } = proxy.metadata;
  return {
    ...effectContext(mesh, lookups),
    service: identifyingService(dataplane),
    address: advertisedAddress ?? address,
    workload: workloadKri(dataplane, mesh.zone),
    accessLogPipe: features.includes(ACCESS_LOG_FEATURE) ? accessLogPipe(workdir, mesh.name, proxy.name) : undefined,
    // Most proxies have no policy that asks.
    get inbounds() {
      return inbound
        .filter(({ port }) => port !== SERVICELESS_PORT)
        .map((one) => ({
          listener: inboundListenerName(one.address ?? address, one.port),
          service: one.tags?.[SERVICE_TAG] ?? '',
        }));
    },
    get outbounds() {
      return outbounds.map(({ address, port, service }) => ({
        listener: outboundListenerName(address, port),
        service,
      }));
    },
    logging: mesh.logging,
    tracing: mesh.tracing,
    editListener: listenerEdits(dataplane, memo),
  };
}

function workloadKri({ mesh, labels }: Resource, zone: string): string {
  const name = labels[WORKLOAD_LABEL];
  return (name && kriOf({ shortName: 'wl' }, { mesh, name, labels: { [ZONE_LABEL]: zone } })) ?? '';
}
