import type { EffectContext, ProxyContext } from '../policy/context.ts';
import { NO_INBOUND_RULES } from '../policy/inboundRules.ts';
import { type MatchedByType, matchPolicies } from '../policy/matchPolicies.ts';
import { policyDescriptors } from '../policy/policyIndex.ts';
import { NO_TO_RULES } from '../policy/toRules.ts';
import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import type { View } from '../view/view.ts';
import type { InboundResources, OutboundResources } from '../xds/parts.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { Memo } from './memo.ts';

/** The policies of one proxy, ready to be applied in their order. */
export interface ProxyPolicies {
  readonly matched: MatchedByType;
  /** Names everything that the outbound effects read. */
  readonly outboundId: string;
  inboundId(section: string): string;
  outbound(outbound: OutboundResources, context: EffectContext): void;
  inbound(inbound: InboundResources, context: EffectContext): void;
  /** @param contextOf asked for when a policy has an effect upon the whole proxy: few have */
  proxy(set: ResourceSet, contextOf: () => ProxyContext): void;
}

interface Options {
  readonly view: View;
  readonly registry: Registry;
  readonly mesh: string;
  readonly zone: string;
  readonly dataplane: Resource<DataplaneSpec>;
  readonly memo: Memo;
}

/** Matches all policies against a proxy. Effects run also without a match: "nothing configured" has a meaning too. */
export function proxyPolicies(options: Options): ProxyPolicies {
  const matched = matchPolicies(options);
  return options.memo.from(matched, 'policies', () => ready(matched, options.registry));
}

function ready(matched: MatchedByType, registry: Registry): ProxyPolicies {
  const descriptors = policyDescriptors(registry);
  const to = (type: string) => matched.get(type)?.to ?? NO_TO_RULES;
  const inbound = (type: string, section: string) => matched.get(type)?.inbound(section) ?? NO_INBOUND_RULES;
  const inboundIds = new Map<string, string>();
  return {
    matched,
    outboundId: descriptors.map(({ type, effects }) => (effects.outbound ? to(type).id : '')).join('|'),
    inboundId: (section) => {
      let id = inboundIds.get(section);
      if (id === undefined) {
        id = descriptors.map(({ type, effects }) => (effects.inbound ? inbound(type, section).id : '')).join('|');
        inboundIds.set(section, id);
      }
      return id;
    },
    outbound: (outbound, context) => {
      for (const { type, effects } of descriptors) effects.outbound?.(outbound, to(type), context);
    },
    inbound: (resources, context) => {
      for (const { type, effects } of descriptors)
        effects.inbound?.(resources, inbound(type, resources.sectionName), context);
    },
    proxy: (set, contextOf) => {
      for (const { type, effects } of descriptors) {
        const found = matched.get(type);
        if (found?.single && effects.proxy) effects.proxy(set, found.single.conf, contextOf());
        if (found && effects.connections) effects.connections(set, found.to, contextOf());
      }
    },
  };
}

/**
 * Whether two matches give the same configuration. Equal matches are one object as long as the memo remembers them; what it
 * forgot counts as different.
 */
export function sameMatches(a: MatchedByType, b: MatchedByType): boolean {
  return a === b || (a.size === b.size && [...a].every(([type, matched]) => b.get(type) === matched));
}
