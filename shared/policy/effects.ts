import type { InboundResources, OutboundResources } from '../xds/parts.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { EffectContext, ProxyContext } from './context.ts';
import type { InboundRules, ToRules } from './rules.ts';

/**
 * What a policy does to Envoy resources. Each function edits the parts that it is handed, which nobody else has seen yet,
 * and depends on nothing but its arguments: the result of a whole outbound is remembered by its inputs and shared.
 * They run for every proxy in the order of the policies, also when no resource of the type matched (rules are
 * then empty), since several policies define what "nothing configured" means.
 */
export interface PolicyEffects<Conf> {
  readonly outbound?: (outbound: OutboundResources, rules: ToRules<Conf>, context: EffectContext) => void;
  readonly inbound?: (inbound: InboundResources, rules: InboundRules<Conf>, context: EffectContext) => void;
  /** Policies with a single `default`: called after all inbounds and outbounds are made, only when one matched. */
  readonly proxy?: (set: ResourceSet, conf: Conf, context: ProxyContext) => void;
  /** What a proxy's calls get that is different from proxy to proxy; called after all is made, only when a policy matched. */
  readonly connections?: (set: ResourceSet, rules: ToRules<Conf>, context: ProxyContext) => void;
}
