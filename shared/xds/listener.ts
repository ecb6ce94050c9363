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

/** A listener for calls that come in, under the name of its address. */
export function inboundListener({ address, port, tags, bind, filterChains }: ListenerOptions): ListenerJson {
  return {
    name: inboundListenerName(address, port),
    trafficDirection: 'INBOUND',
    ...place(address, port, bind),
    ...metadata(tags),
    filterChains,
  };
}

/** An outbound listener but for where it listens: the same for all proxies that call the same destination. */
export type OutboundTemplate = Omit<ListenerJson, 'name' | 'trafficDirection' | 'address' | 'bindToPort'>;

/** @param tags shown to policies that select listeners by tags. */
export function outboundTemplate(tags: ListenerOptions['tags'], filterChains: FilterChainJson[]): OutboundTemplate {
  return { ...metadata(tags), filterChains };
}

/** An outbound that only takes connections from the listener of the redirect, under a name of its own. */
export function unboundListener(name: string, address: string, port: number, template: OutboundTemplate): ListenerJson {
  return { name, trafficDirection: 'OUTBOUND', ...place(address, port, false), ...template };
}

/** A listener for calls that go out, under the name of its address. */
export function outboundListener(
  template: OutboundTemplate,
  { address, port, bind }: Pick<ListenerOptions, 'address' | 'port' | 'bind'>,
): ListenerJson {
  return {
    name: outboundListenerName(address, port),
    trafficDirection: 'OUTBOUND',
    ...place(address, port, bind),
    ...template,
  };
}

function place(address: string, port: number, bind: boolean) {
  return { address: tcpAddress(address, port), ...(bind ? {} : { bindToPort: false }) };
}

function metadata(tags: ListenerOptions['tags']) {
  return Object.keys(tags).length > 0 ? { metadata: { filterMetadata: { 'io.kuma.tags': { ...tags } } } } : {};
}
