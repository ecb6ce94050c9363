import { sha256Hex } from '../xds/sha256.ts';
import type { Candidate } from './candidate.ts';
import { compareMatches, subsumes } from './clientMatch.ts';
import { clientTags, partition } from './clientSpace.ts';
import type { MergeConfs } from './merge.ts';
import { entryConf } from './policySpec.ts';
import { originOf, ruleOf } from './rule.ts';
import type { ClientMatch, InboundRules, Rule } from './rules.ts';
import { compareItems, type Item } from './sort.ts';
import { WHOLE_MESH } from './targetRef.ts';

export const NO_INBOUND_RULES: InboundRules<never> = { id: '', all: undefined, matched: [], from: [] };

interface InboundOptions {
  /** The policy's `from` allows only Mesh: an entry of it is a rule without matches. */
  readonly isFromAsRules: boolean;
  readonly merge: MergeConfs;
}

interface InboundItem extends Item {
  readonly conf: unknown;
  readonly match: ClientMatch | undefined;
}

/** Equal ids mean equal inbound rules. */
export function inboundRulesId(candidates: readonly Candidate[]): string {
  const facts = candidates
    .filter(({ resource: { spec } }) => spec.from?.length || spec.rules?.length)
    .map(({ id }) => id);
  return facts.length > 0 ? sha256Hex(JSON.stringify(facts)).slice(0, 32) : '';
}

/** Resolves `from` and `rules` of the policies that selected an inbound, as Kuma's `pkg/plugins/policies/core/rules/inbound`. */
export function inboundRules(
  id: string,
  candidates: readonly Candidate[],
  { isFromAsRules, merge }: InboundOptions,
): InboundRules<unknown> {
  if (!id) return NO_INBOUND_RULES;
  const froms = candidates.flatMap(fromItems).sort(compareItems);
  const rules = candidates.flatMap(ruleItems);
  const ruled = [...rules, ...(isFromAsRules ? froms : [])].sort(compareItems);
  return {
    id,
    all: ruleOf(
      ruled.filter(({ match }) => !match),
      merge,
    ),
    matched: [...ruled]
      .sort((a, b) => compareMatches(a.match, b.match))
      .map((item) => ({ conf: item.conf, origins: [originOf(item)], match: item.match })),
    from: partition(froms.map(({ targetRef }) => clientTags(targetRef))).flatMap(({ subset, covering }) => {
      const rule = ruleOf(
        covering.flatMap((place) => froms[place] ?? []),
        merge,
      );
      return rule ? [{ ...rule, subset }] : [];
    }),
  };
}

/**
 * Of the rules with a match, one for each distinct match: the merge, broad to specific, of all whose clients include its own
 * (what MeshTimeout asks for). Specific first. @param underneath merge the rules for everybody in, too.
 */
export function mergedByMatch<Conf>(
  rules: InboundRules<Conf>,
  merge: (confs: readonly Conf[]) => Conf,
  { underneath }: { readonly underneath: boolean },
): (Rule<Conf> & { readonly match: ClientMatch })[] {
  const distinct = new Map<string, ClientMatch>();
  for (const { match } of rules.matched) if (match) distinct.set(matchKey(match), match);
  return [...distinct.values()].map((match) => {
    const covering = rules.matched
      .filter((rule) => (rule.match ? subsumes(rule.match, match) : underneath))
      .sort((a, b) => compareMatches(b.match, a.match));
    return {
      match,
      conf: merge(covering.map(({ conf }) => conf)),
      origins: covering.flatMap(({ origins }) => origins),
    };
  });
}

function matchKey({ spiffeID, sni }: ClientMatch): string {
  return JSON.stringify([spiffeID?.type, spiffeID?.value, sni?.value]);
}

function fromItems(candidate: Candidate): InboundItem[] {
  return (candidate.resource.spec.from ?? []).map((entry, index) => ({
    candidate,
    targetRef: entry.targetRef,
    index,
    conf: entryConf(entry),
    match: undefined,
  }));
}

function ruleItems(candidate: Candidate): InboundItem[] {
  return (candidate.resource.spec.rules ?? []).flatMap(({ matches, default: conf }, index) =>
    (matches?.length ? matches : [undefined]).map((match) => ({
      candidate,
      targetRef: WHOLE_MESH,
      index,
      conf,
      match,
    })),
  );
}
