import type { EffectContext } from '../policy/context.ts';
import { isPolicyDescriptor, type PolicyDescriptor } from '../policy/definePolicy.ts';
import { type MatchedByType, matchPolicies } from '../policy/matchPolicies.ts';
import type { InboundRules, MatchedPolicies, ToRules } from '../policy/rules.ts';
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
  const descriptors = policiesInOrder(options.registry);
  const to = (type: string) => matched.get(type)?.to ?? NO_TO_RULES;
  const inbound = (type: string, section: string) => matched.get(type)?.inbound(section) ?? NO_INBOUND_RULES;
  return {
    matched,
    outboundId: descriptors.map(({ type, effects }) => (effects.outbound ? to(type).id : '')).join('|'),
    inboundId: (section) =>
      descriptors.map(({ type, effects }) => (effects.inbound ? inbound(type, section).id : '')).join('|'),
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

const inOrder = new WeakMap<Registry, readonly PolicyDescriptor[]>();

function policiesInOrder(registry: Registry): readonly PolicyDescriptor[] {
  let descriptors = inOrder.get(registry);
  if (!descriptors) {
    descriptors = registry.all.filter(isPolicyDescriptor).sort((a, b) => a.order - b.order);
    inOrder.set(registry, descriptors);
  }
  return descriptors;
}

/** Whether two matches give the same configuration, as far as the policies go. */
export function sameMatches(a: MatchedByType, b: MatchedByType): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [type, one] of a) {
    const other = b.get(type);
    if (!other || !samePolicies(one, other)) return false;
  }
  return true;
}

function samePolicies(a: MatchedPolicies, b: MatchedPolicies): boolean {
  return (
    a === b ||
    (a.to.id === b.to.id &&
      a.policies.length === b.policies.length &&
      a.policies.every((policy, i) => policy === b.policies[i]))
  );
}
