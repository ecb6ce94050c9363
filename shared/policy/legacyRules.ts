import { SERVICE_TAG } from '../resource/tags.ts';
import { compareTexts } from '../text/compareTexts.ts';
import type { Candidate } from './candidate.ts';
import { NO_INBOUND_RULES } from './inboundRules.ts';
import type { PolicySpec } from './policySpec.ts';
import { originOf } from './rule.ts';
import type { MatchedPolicies, Rule } from './rules.ts';
import { bestRank, compareRanks, type Rank, sumOfRanks } from './tagSelector.ts';

/** A legacy policy that selects a proxy, with the rank of the selector by which it does. */
interface Ranked {
  readonly candidate: Candidate;
  readonly rank: Rank;
}

/** What the destinations of a legacy policy call the traffic that leaves the mesh. */
export const PASS_THROUGH = 'pass_through';

/** The selectors by which a legacy policy chooses proxies; `undefined`: it is a policy with a targetRef. */
export function proxySelectors({ sources, selectors }: PolicySpec) {
  return sources ?? selectors;
}

/**
 * What the legacy policies of one type mean for a proxy, as in Kuma's `pkg/core/policy`: nothing is merged, the most specific one
 * is the only one, for a connection by both of its ends. @param matched those that select the proxy
 */
export function legacyRules(type: string, matched: readonly Ranked[]): MatchedPolicies {
  const services = new Map<string, Rule<unknown> | undefined>();
  const forService = (service: string) => {
    if (!services.has(service)) services.set(service, ruleOf(winner(towards(service, matched))));
    return services.get(service);
  };
  const own = winner(matched.filter(({ candidate }) => candidate.resource.spec.selectors));
  const single = ruleOf(own);
  return {
    type,
    policies: own ? [own.candidate.resource] : matched.map(({ candidate }) => candidate.resource),
    to: {
      id: JSON.stringify(matched.map(({ candidate, rank }) => [candidate.id, rank])),
      forService,
      forRoute: forService,
    },
    inbound: () => NO_INBOUND_RULES,
    single,
  };
}

function towards(service: string, matched: readonly Ranked[]): Ranked[] {
  const tags = [{ [SERVICE_TAG]: service }];
  return matched.flatMap(({ candidate, rank }) => {
    const there = bestRank(candidate.resource.spec.destinations ?? [], tags);
    return there ? [{ candidate, rank: sumOfRanks(rank, there) }] : [];
  });
}

/** Of equally specific ones the newest, then the first by name. */
function winner(matched: readonly Ranked[]): Ranked | undefined {
  return [...matched].sort(comparePriority).at(-1);
}

function comparePriority(a: Ranked, b: Ranked): number {
  return (
    compareRanks(a.rank, b.rank) ||
    compareTexts(a.candidate.resource.creationTime, b.candidate.resource.creationTime) ||
    compareTexts(b.candidate.name, a.candidate.name)
  );
}

function ruleOf(ranked: Ranked | undefined): Rule<unknown> | undefined {
  if (!ranked) return undefined;
  const { candidate } = ranked;
  return { conf: candidate.resource.spec.conf ?? {}, origins: [originOf({ candidate, index: 0 })] };
}
