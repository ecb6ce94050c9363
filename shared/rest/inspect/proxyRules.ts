import type { PolicySpec } from '../../policy/policySpec.ts';
import type { ClientSubset, MatchedPolicies, Rule, RuleOrigin } from '../../policy/rules.ts';
import { type DataplaneSpec, type Inbound, sectionName } from '../../resource/dataplane/spec.ts';
import { SERVICE_TAG } from '../../resource/tags.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import type { JsonFields } from '../resourceJson.ts';
import { distinctOrigins } from './distinctOrigins.ts';
import { hasRules } from './hasRules.ts';
import { httpMatches } from './httpMatches.ts';
import { shownPolicies } from './shownPolicies.ts';

/** `…/dataplanes/{n}/_rules`: the merged confs of every policy type, and where each comes from (kumactl-api §6.2). */
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
        const inbounds = [...((stored.resource.spec as DataplaneSpec).networking.inbound ?? [])];
        inbounds.sort((a, b) => a.port - b.port);
        const types = matched.map(({ type }) => type);
        const show = await shownPolicies(context, mesh, types);
        return ok({
          resource: { type: dataplane.type, mesh, name: resource.name, labels: resource.labels },
          httpMatches: httpMatches(matched.flatMap((one) => destinations(one).map(({ rule }) => rule.conf))),
          rules: matched.map((one) => rulesOf(one, mesh, inbounds, show)),
        });
      },
    },
  ];
}

type RuleJson = (rule: Rule<unknown>) => JsonFields;

function rulesOf(
  matched: MatchedPolicies,
  mesh: string,
  inbounds: readonly Inbound[],
  show: (origin: RuleOrigin) => Omit<RuleOrigin, 'ruleIndex'>,
): JsonFields {
  const meta = (origin: RuleOrigin): JsonFields => {
    const { type, mesh, name, labels } = show(origin);
    return { type, mesh, name, labels };
  };
  const ruleJson: RuleJson = ({ conf, origins }) => ({ conf, origin: distinctOrigins(origins).map(meta) });
  const indexed = (origin: RuleOrigin) => ({ resourceMeta: meta(origin), ruleIndex: origin.ruleIndex });
  const perInbound = inbounds.map((inbound) => ({
    shown: inboundJson(inbound),
    rules: matched.inbound(sectionName(inbound)),
  }));
  const { single } = matched;
  const forAll = matched.to.forService(NAMED_BY_NOBODY);
  return {
    type: matched.type,
    toRules: destinations(matched).map(({ service, rule }) => ({
      ...ruleJson(rule),
      matchers: service === undefined ? [] : [{ key: SERVICE_TAG, value: service, not: false }],
    })),
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
    toResourceRules: forAll
      ? [
          {
            conf: [forAll.conf],
            origin: forAll.origins.map(indexed),
            resourceMeta: { type: 'Mesh', mesh: '', name: mesh, labels: {} },
            resourceSectionName: '',
          },
        ]
      : [],
    ...(single && { proxyRule: ruleJson(single) }),
    warnings: [],
  };
}

/** No value of `kuma.io/service` is empty: its rule is the one for all that no entry names. */
const NAMED_BY_NOBODY = '';

interface Destination {
  /** Absent: all that no entry names. */
  readonly service?: string;
  readonly rule: Rule<unknown>;
}

/** The destinations that entries of `to` tell apart, those with a name first, each with what is merged for it. */
function destinations({ policies, to }: MatchedPolicies): Destination[] {
  const named = new Set(policies.flatMap(({ spec }) => namedBy(spec as PolicySpec)));
  const ofNamed = [...named].flatMap((service): Destination[] => {
    const rule = to.forService(service);
    return rule ? [{ service, rule }] : [];
  });
  const others = to.forService(NAMED_BY_NOBODY);
  return [...ofNamed, ...(others ? [{ rule: others }] : [])];
}

/** What a policy says of one route only is not about the service as such. */
function namedBy({ targetRef, to = [] }: PolicySpec): string[] {
  if (targetRef?.kind === 'MeshHTTPRoute') return [];
  return to.flatMap(({ targetRef: { kind, name, sectionName } }) =>
    kind === 'MeshService' && name && !sectionName ? [name] : [],
  );
}

function matchers({ tags, not }: ClientSubset): JsonFields[] {
  return [
    ...Object.entries(tags).map(([key, value]) => ({ key, value, not: false })),
    ...not.map(({ key, value }) => ({ key, value, not: true })),
  ];
}

function inboundJson({ name, port, tags = {} }: Inbound): JsonFields {
  return { ...(name && { name }), port, tags };
}
