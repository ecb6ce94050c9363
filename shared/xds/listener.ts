import { tcpAddress } from './address.ts';
import type { FilterChainJson } from './gen/envoy/config/listener/v3/listener_components_pb.d.ts';
import type { ListenerJson } from './gen/envoy/config/listener/v3/listener_pb.d.ts';
import { inboundListenerName, outboundListenerName } from './names.ts';

interface ListenerOptions {
  readonly address: string;
  readonly port: number;
  /** Shown to policies that select listeners by tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** False under transparent proxying: connections come from the listener of the redirect. */
  readonly bind: boolean;
  readonly filterChains: FilterChainJson[];
}

export function inboundListener(options: ListenerOptions): ListenerJson {
  return {
    name: inboundListenerName(options.address, options.port),
    trafficDirection: 'INBOUND',
    ...listener(options),
  };
}

export function outboundListener(options: ListenerOptions): ListenerJson {
  return {
    name: outboundListenerName(options.address, options.port),
    trafficDirection: 'OUTBOUND',
    ...listener(options),
  };
}

function listener({ address, port, tags, bind, filterChains }: ListenerOptions): ListenerJson {
  return {
    address: tcpAddress(address, port),
    ...(bind ? {} : { bindToPort: false }),
    ...(Object.keys(tags).length > 0 ? { metadata: { filterMetadata: { 'io.kuma.tags': { ...tags } } } } : {}),
    filterChains,
  };
}
