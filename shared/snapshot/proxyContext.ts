import type { ProxyContext } from '../policy/context.ts';
import { identifyingService } from '../resource/dataplane/tagSets.ts';
import { SERVICE_TAG } from '../resource/tags.ts';
import { SERVICELESS_PORT } from '../view/localInbounds.ts';
import { ACCESS_LOG_FEATURE, accessLogPipe } from '../xds/accessLog.ts';
import { inboundListenerName, outboundListenerName } from '../xds/names.ts';
import { effectContext, type Lookups } from './lookups.ts';
import type { Sidecar } from './sidecar.ts';

/** A sidecar as the effects upon a whole proxy see it. */
export function proxyContext({ proxy, mesh, dataplane, outbounds }: Sidecar, lookups: Lookups): ProxyContext {
  const { address, advertisedAddress, inbound = [] } = dataplane.spec.networking;
  const { features, workdir } = proxy.metadata;
  return {
    ...effectContext(mesh, lookups),
    service: identifyingService(dataplane),
    address: advertisedAddress ?? address,
    accessLogPipe: features.includes(ACCESS_LOG_FEATURE) ? accessLogPipe(workdir, mesh.name, proxy.name) : undefined,
    inbounds: inbound
      .filter(({ port }) => port !== SERVICELESS_PORT)
      .map((one) => ({
        listener: inboundListenerName(one.address ?? address, one.port),
        service: one.tags?.[SERVICE_TAG] ?? '',
      })),
    outbounds: outbounds.map((one) => ({
      listener: outboundListenerName(one.address, one.port),
      service: one.service,
    })),
    logging: mesh.logging,
    tracing: mesh.tracing,
  };
}
