import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Proxy } from './proxy.ts';

/** Ports that the host redirects the application's connections to. */
export interface Redirect {
  readonly inboundPort: number;
  readonly outboundPort: number;
}

/** A proxy that binds its listeners though its Dataplane, or its host, may speak of redirecting. */
export const BIND_FEATURE = 'feature-bind-outbounds';

/** Transparent proxying of a sidecar, as it tells itself, else as its Dataplane says. */
export function redirectOf({ metadata }: Pick<Proxy, 'metadata'>, dataplane: DataplaneSpec): Redirect | undefined {
  if (metadata.features.includes(BIND_FEATURE)) return undefined;
  const told = metadata.transparentProxy;
  if (told?.outboundPort) return { inboundPort: told.inboundPort, outboundPort: told.outboundPort };
  const { redirectPortInbound = 0, redirectPortOutbound = 0 } = dataplane.networking.transparentProxying ?? {};
  return redirectPortOutbound > 0
    ? { inboundPort: redirectPortInbound, outboundPort: redirectPortOutbound }
    : undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Services whose instances a proxy's application may dial by their own addresses; only where the host redirects both ways. */
export function directServices(
  { networking: { transparentProxying } }: DataplaneSpec,
  redirect: Redirect | undefined,
): ReadonlySet<string> {
  const services = redirect && redirect.inboundPort > 0 ? (transparentProxying?.directAccessServices ?? []) : [];
  return services.length > 0 ? new Set(services) : NONE;
}
