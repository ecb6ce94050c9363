import type { EffectContext } from '../policy/context.ts';
import { type MatchedByType, matchPolicies } from '../policy/matchPolicies.ts';
import { policyDescriptors } from '../policy/policyIndex.ts';
import type { InboundRules, ToRules } from '../policy/rules.ts';
import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import type { View } from '../view/view.ts';
import type { InboundResources, OutboundResources } from '../xds/parts.ts';
import type { ResourceSet } from '../xds/resourceSet.ts';
import type { Memo } from './memo.ts';

const NO_TO_RULES: ToRules<unknown> = { id: '', forService: () => undefined, forRoute: () => undefined };
const NO_INBOUND_RULES: InboundRules<unknown> = { id: '', all: undefined, matched: [], from: [] };

/** The policies of one proxy, ready to be applied in their order. */
export interface ProxyPolicies {
  readonly matched: MatchedByType;
  /** Names everything that the outbound effects read. */
  readonly outboundId: string;
  inboundId(section: string): string;
  outbound(outbound: OutboundResources, context: EffectContext): void;
  inbound(inbound: InboundResources, context: EffectContext): void;
  proxy(set: ResourceSet, context: EffectContext): void;
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
    proxy: (set, context) => {
      for (const { type, effects } of descriptors) {
        const single = matched.get(type)?.single;
        if (single) effects.proxy?.(set, single.conf, context);
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
