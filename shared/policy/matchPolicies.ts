import { type DataplaneSpec, sectionName } from '../resource/dataplane/spec.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { Memo } from '../snapshot/memo.ts';
import type { View } from '../view/view.ts';
import type { PolicyDescriptor } from './definePolicy.ts';
import { inboundRules, inboundRulesId } from './inboundRules.ts';
import { legacyRules } from './legacyRules.ts';
import { routesOf, type Selection, selectionOf } from './match.ts';
import { mergeConfs } from './merge.ts';
import { type PolicyIndex, policyIndex } from './policyIndex.ts';
import { routeIds } from './routeName.ts';
import { ruleOf } from './rule.ts';
import type { MatchedPolicies } from './rules.ts';
import { type ToPolicy, toRules, toRulesId } from './toRules.ts';

/** Of every policy type that selects something of a proxy. */
export type MatchedByType = ReadonlyMap<string, MatchedPolicies>;

interface MatchInput {
  readonly view: View;
  readonly registry: Registry;
  readonly mesh: string;
  /** Zone of the proxy: policies of other zones are none of its business. */
  readonly zone: string;
  readonly dataplane: Resource<DataplaneSpec>;
  /** Shared by proxies: those that the same policies select in the same way get the identical object. */
  readonly memo?: Memo;
}

/** Kinds of proxies of a mesh that are told apart; what each matched is small. */
const REMEMBERED = 20_000;

interface Matched extends ToPolicy, Pick<Selection, 'inbounds' | 'rank'> {}

/** Finds the policies of a proxy and resolves them into rules. Pure; keys of the memo name contents, so it may serve several views. */
export function matchPolicies(input: MatchInput): MatchedByType {
  const { view, registry, mesh, memo = new Memo() } = input;
  const index = policyIndex(view, registry, mesh);
  const known = memo.from(index, 'matches', () => new Memo(REMEMBERED));
  return known.of(proxyKey(index, input, memo), () => {
    const found = index.types.flatMap(({ descriptor, candidates }) => {
      const matched = candidates.flatMap((candidate): Matched[] => {
        const selection = selectionOf(view, candidate, input.dataplane, input.zone);
        return selection ? [{ candidate, ...selection, entryRoutes: entryRoutes(view, candidate) }] : [];
      });
      return matched.length > 0 ? [{ descriptor, matched, key: matchedKey(descriptor, matched) }] : [];
    });
    return memo.of(JSON.stringify(found.map(({ key }) => key)), () => {
      const entries = found.map(
        ({ descriptor, matched, key }) =>
          [descriptor.type, memo.of(key, () => matchedPolicies(descriptor, matched, memo))] as const,
      );
      return new Map(entries);
    });
  });
}

/** All of a proxy that matching looks at. */
function proxyKey({ byName, byLabels, tags: asked }: PolicyIndex, { zone, dataplane }: MatchInput, memo: Memo): string {
  return memo.from(dataplane, `match ${zone} ${byName} ${byLabels} ${asked}`, () => {
    const { inbound = [], gateway } = dataplane.spec.networking;
    const sections = inbound.map((one) => [sectionName(one), one.tags && asked.map((name) => one.tags?.[name])]);
    return JSON.stringify([zone, sections, gateway, byLabels && dataplane.labels, byName && dataplane.name]);
  });
}

function matchedKey({ type }: PolicyDescriptor, matched: readonly Matched[]): string {
  const facts = matched.map(({ candidate, inbounds, rank, routes, entryRoutes }) => [
    candidate.id,
    rank ?? inbounds,
    routes ?? '*',
    ...entryRoutes,
  ]);
  return `matched|${type}|${JSON.stringify(facts)}`;
}

function entryRoutes(view: View, candidate: ToPolicy['candidate']): ToPolicy['entryRoutes'] {
  const routes = new Map<number, readonly string[]>();
  for (const [index, { targetRef }] of (candidate.resource.spec.to ?? []).entries()) {
    if (targetRef.kind !== 'MeshHTTPRoute') continue;
    routes.set(
      index,
      routesOf(view, candidate, targetRef).flatMap(({ resource }) => routeIds(resource.spec)),
    );
  }
  return routes;
}

function matchedPolicies(descriptor: PolicyDescriptor, matched: readonly Matched[], memo: Memo): MatchedPolicies {
  const { type } = descriptor;
  const ranked = matched.flatMap(({ candidate, rank }) => (rank ? [{ candidate, rank }] : []));
  if (ranked.length > 0) return legacyRules(type, ranked);
  const merge = descriptor.mergeConfs ?? mergeConfs;
  const options = { isFromAsRules: descriptor.policy?.isFromAsRules ?? false, merge };
  const toId = toRulesId(matched);
  const whole = matched.filter(({ routes }) => !routes);
  const singles = whole
    .filter(({ candidate }) => candidate.resource.spec.default !== undefined)
    .map(({ candidate }) => ({ candidate, index: 0, conf: candidate.resource.spec.default }));
  return {
    type,
    policies: matched.map(({ candidate }) => candidate.resource),
    to: memo.of(`to|${type}|${toId}`, () => toRules(toId, matched, merge)),
    inbound: (section) => {
      const here = whole.filter(({ inbounds }) => inbounds === 'all' || inbounds.includes(section));
      const candidates = here.map(({ candidate }) => candidate);
      const id = inboundRulesId(candidates);
      return memo.of(`inbound|${type}|${id}`, () => inboundRules(id, candidates, options));
    },
    single: ruleOf(singles, merge),
  };
}
