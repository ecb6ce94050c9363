import type { ClientSubset, InboundRules, MatchedPolicies, Rule, RuleOrigin } from '../../policy/rules.ts';
import { type DataplaneSpec, type Inbound, sectionName } from '../../resource/dataplane/spec.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import type { JsonFields } from '../resourceJson.ts';
import { servicesIn } from './servicesIn.ts';
import { shownPolicies } from './shownPolicies.ts';
import { hasRules } from './hasRules.ts';

/** `…/dataplanes/{n}/_rules`: the merged confs of every policy type, and where each comes from (kumactl-api §6.2). */
export function proxyRuleRoutes(context: RestContext): Route[] {
  const { inspector } = context;
  if (!inspector) return [];
  const dataplane = descriptorOf(context, 'Dataplane');
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/_rules',
      title: 'Could not retrieve rules',
      handler: async ({ params: { mesh = '', name = '' } }) => {
        const { stored, resource } = await requireShown(context, dataplane, mesh, name);
        const matched = (await inspector.matchedPolicies(stored)).filter((one) => hasRules(context, one));
        const inbounds = (stored.resource.spec as DataplaneSpec).networking.inbound ?? [];
        const services = await servicesIn(context, mesh);
        const types = matched.map(({ type }) => type);
        const show = await shownPolicies(context, mesh, types);
        return ok({
          resource: { type: dataplane.type, mesh, name: resource.name, labels: resource.labels },
          httpMatches: [],
          rules: matched.map((one) => rulesOf(one, inbounds, services, show)),
        });
      },
    },
  ];
}

type RuleJson = (rule: Rule<unknown>) => JsonFields;

function rulesOf(
  matched: MatchedPolicies,
  inbounds: readonly Inbound[],
  services: readonly string[],
  show: (origin: RuleOrigin) => Omit<RuleOrigin, 'ruleIndex'>,
): JsonFields {
  const meta = (origin: RuleOrigin): JsonFields => {
    const { type, mesh, name, labels } = show(origin);
    return { type, mesh, name, labels };
  };
  const ruleJson: RuleJson = ({ conf, origins }) => ({ conf, origin: origins.map(meta) });
  const indexed = (origin: RuleOrigin) => ({ resourceMeta: meta(origin), ruleIndex: origin.ruleIndex });
  const perInbound = inbounds.map((inbound) => ({
    shown: inboundJson(inbound),
    rules: matched.inbound(sectionName(inbound)),
  }));
  const { single } = matched;
  return {
    type: matched.type,
    toRules: toRules(matched, services, ruleJson),
    fromRules: perInbound
      .filter(({ rules }) => rules.from.length > 0)
      .map(({ shown, rules }) => ({
        inbound: shown,
        rules: rules.from.map((rule) => ({ ...ruleJson(rule), matchers: matchers(rule.subset) })),
      })),
    inboundRules: perInbound
      .filter(({ rules }) => rules.all || rules.matched.length > 0)
      .map(({ shown, rules }) => ({
        inbound: shown,
        rules: inboundRules(rules).map((rule) => ({ conf: [rule.conf], origin: rule.origins.map(indexed) })),
      })),
    toResourceRules: [],
    ...(single && { proxyRule: ruleJson(single) }),
    warnings: [],
  };
}

/** What is for some clients only, then the one that is for the rest: `all` holds what has no match, merged. */
function inboundRules({ matched, all }: InboundRules<unknown>): Rule<unknown>[] {
  return all ? [...matched.filter(({ match }) => match !== undefined), all] : [...matched];
}

/** Asked service by service; one rule that holds for all is shown once, without a matcher. */
function toRules({ to }: MatchedPolicies, services: readonly string[], ruleJson: RuleJson): JsonFields[] {
  const byConf = new Map<string, { rule: Rule<unknown>; services: string[] }>();
  for (const service of services) {
    const rule = to.forService(service);
    if (!rule) continue;
    const key = JSON.stringify([rule.conf, rule.origins]);
    const known = byConf.get(key) ?? { rule, services: [] };
    byConf.set(key, known);
    known.services.push(service);
  }
  return [...byConf.values()].flatMap(({ rule, services: covered }) => {
    if (covered.length === services.length) return [{ ...ruleJson(rule), matchers: [] }];
    return covered.map((value) => ({ ...ruleJson(rule), matchers: [{ key: 'kuma.io/service', value, not: false }] }));
  });
}

function matchers({ tags, not }: ClientSubset): JsonFields[] {
  return [
    ...Object.entries(tags).map(([key, value]) => ({ key, value, not: false })),
    ...not.map(({ key, value }) => ({ key, value, not: true })),
  ];
}

function inboundJson(inbound: Inbound): JsonFields {
  return { name: inbound.name ?? '', port: inbound.port, tags: inbound.tags ?? {} };
}
