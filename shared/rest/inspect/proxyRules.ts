import type { ClientSubset, Destinations, MatchedPolicies, Rule, RuleOrigin, RuleSubject } from '../../policy/rules.ts';
import { type DataplaneSpec, type Inbound, sectionName } from '../../resource/dataplane/spec.ts';
import { compareTexts } from '../../text/compareTexts.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import type { JsonFields } from '../resourceJson.ts';
import { distinctOrigins } from './distinctOrigins.ts';
import { hasRules } from './hasRules.ts';
import { httpMatches } from './httpMatches.ts';
import { shownPolicies } from './shownPolicies.ts';

/** `…/dataplanes/{n}/_rules`: the merged confs of every policy type, and where each comes from: `InspectRules` in Kuma's OpenAPI. */
export function proxyRuleRoutes(context: RestContext): Route[] {
  const { inspector } = context;
  if (!inspector) return [];
  const dataplane = descriptorOf(context, 'Dataplane');
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/_rules',
      title: 'Could not retrieve Dataplane',
      handler: async ({ params: { mesh = '', name = '' } }) => {
        const { stored, resource } = await requireShown(context, dataplane, mesh, name);
        const matched = (await inspector.matchedPolicies(stored)).filter((one) => hasRules(context, one));
        const destinations = await inspector.destinations(stored);
        const to = new Map(destinations.map((one) => [one.type, one]));
        const inbounds = [...((stored.resource.spec as DataplaneSpec).networking.inbound ?? [])];
        inbounds.sort((a, b) => a.port - b.port);
        const types = new Set([...matched.map(({ type }) => type), ...destinations.flatMap(subjectTypes)]);
        const show = await shownPolicies(context, mesh, [...types]);
        const rules = matched.map((one) => rulesOf(one, to.get(one.type), inbounds, show));
        return ok({
          resource: { type: dataplane.type, mesh, name: resource.name, labels: resource.labels },
          httpMatches: httpMatches(destinations.flatMap((one) => one.bySubset.map(({ rule }) => rule.conf))),
          rules: rules.filter(hasContent),
        });
      },
    },
  ];
}

/** Types of the resources, beside the Mesh, that entries name. */
function subjectTypes({ byResource }: Destinations): string[] {
  return byResource.map(({ resource }) => resource.type).filter((type) => type !== 'Mesh');
}

/** What is told of one policy type; the lists are there even when they are empty. */
interface RulesJson extends JsonFields {
  readonly toRules: readonly JsonFields[];
  readonly fromRules: readonly JsonFields[];
  readonly inboundRules: readonly JsonFields[];
  readonly toResourceRules: readonly JsonFields[];
  readonly proxyRule?: JsonFields;
}

/** A policy that names only what is not there is matched, and comes to nothing. */
function hasContent({ toRules, fromRules, inboundRules, toResourceRules, proxyRule }: RulesJson): boolean {
  return (
    proxyRule !== undefined || [toRules, fromRules, inboundRules, toResourceRules].some(({ length }) => length > 0)
  );
}

function rulesOf(
  matched: MatchedPolicies,
  to: Destinations | undefined,
  inbounds: readonly Inbound[],
  show: (subject: RuleSubject) => RuleSubject,
): RulesJson {
  const meta = (subject: RuleSubject): JsonFields => {
    const { type, mesh, name, labels } = show(subject);
    return { type, mesh, name, labels };
  };
  const ruleJson = ({ conf, origins }: Rule<unknown>) => ({ conf, origin: distinctOrigins(origins).map(meta) });
  const indexed = (origin: RuleOrigin) => ({ resourceMeta: meta(origin), ruleIndex: origin.ruleIndex });
  const perInbound = inbounds.map((inbound) => ({
    shown: inboundJson(inbound),
    rules: matched.inbound(sectionName(inbound)),
  }));
  const { bySubset = [], byResource = [] } = to ?? {};
  const { single } = matched;
  return {
    type: matched.type,
    toRules: bySubset.map(({ subset, rule }) => ({ ...ruleJson(rule), matchers: matchers(subset) })),
    fromRules: perInbound
      .filter(({ rules }) => rules.from.length > 0)
      .map(({ shown, rules }) => ({
        inbound: shown,
        rules: rules.from.map((rule) => ({ ...ruleJson(rule), matchers: matchers(rule.subset) })),
      })),
    inboundRules: perInbound
      .filter(({ rules }) => rules.matched.length > 0)
      .map(({ shown, rules }) => ({
        inbound: shown,
        rules: rules.matched.map((rule) => ({ conf: [rule.conf], origin: rule.origins.map(indexed) })),
      })),
    toResourceRules: byResource.map(({ resource, rule }) => ({
      conf: [rule.conf],
      origin: rule.origins.map(indexed),
      resourceMeta: meta(resource),
      resourceSectionName: '',
    })),
    ...(single && { proxyRule: ruleJson(single) }),
    warnings: [],
  };
}

/** By key, as Kuma sorts them. */
function matchers({ tags, not }: ClientSubset): JsonFields[] {
  const all = [
    ...Object.entries(tags).map(([key, value]) => ({ key, value, not: false })),
    ...not.map(({ key, value }) => ({ key, value, not: true })),
  ];
  return all.sort((a, b) => compareTexts(a.key, b.key));
}

function inboundJson({ name, port, tags = {} }: Inbound): JsonFields {
  return { ...(name && { name }), port, tags };
}
