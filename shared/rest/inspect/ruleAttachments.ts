import type { Rule, RuleOrigin } from '../../policy/rules.ts';
import { type DataplaneSpec, type Inbound, type Outbound, sectionName } from '../../resource/dataplane/spec.ts';
import { resolved } from '../../resource/resolved.ts';
import { SERVICE_TAG, type Tags } from '../../resource/tags.ts';
import { compareTexts } from '../../text/compareTexts.ts';
import { outboundClusterName } from '../../xds/names.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import { shownPolicies } from './shownPolicies.ts';
import { distinctOrigins } from './distinctOrigins.ts';
import { hasRules } from './hasRules.ts';

/** A merged conf and the part of the proxy that it holds for: all of it, as `SingleItem`, has nothing to name. */
interface Attachment {
  readonly type: 'ClientSubset' | 'DestinationSubset' | 'SingleItem';
  readonly name?: string;
  readonly addresses?: readonly string[];
  readonly service?: string;
  readonly tags?: Tags;
  readonly subset: Tags;
  readonly rule: Rule<unknown>;
}

const TITLE = 'Could not get MatchedPolicies';
const NO_MESH = 'Could not build MeshContext';

/** `…/dataplanes/{n}/rules`: what `_rules` tells, in the older form, inbound by inbound and outbound by outbound. */
export function ruleAttachmentRoutes(context: RestContext): Route[] {
  const { inspector } = context;
  if (!inspector) return [];
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/rules',
      title: TITLE,
      handler: async ({ params: { mesh = '', name = '' } }) => {
        const { stored } = await requireShown(context, descriptorOf(context, 'Dataplane'), mesh, name, TITLE, NO_MESH);
        const { networking } = resolved(stored.resource).spec as DataplaneSpec;
        const matched = (await inspector.matchedPolicies(stored)).filter((one) => hasRules(context, one));
        const types = matched.map(({ type }) => type);
        const show = await shownPolicies(context, mesh, types);
        const items = matched.flatMap(({ type: policyType, inbound, to, single }) =>
          [
            ...(networking.inbound ?? []).flatMap((one) =>
              inbound(sectionName(one)).from.map((rule) => clientSubset(one, networking.address, rule)),
            ),
            ...destinationSubsets(networking.outbound ?? [], (service) => to.forService(service)),
            ...(single ? [{ type: 'SingleItem' as const, subset: {}, rule: single }] : []),
          ].map((attachment) => attachmentJson(policyType, attachment, show)),
        );
        items.sort((a, b) => compareTexts(a.name ?? '', b.name ?? '') || compareTexts(a.type, b.type));
        return ok({ total: items.length, items });
      },
    },
  ];
}

function clientSubset(
  inbound: Inbound,
  address: string,
  rule: Rule<unknown> & {
    readonly subset: { readonly tags: Tags; readonly not: readonly { key: string; value: string }[] };
  },
): Attachment {
  const tags = inbound.tags ?? {};
  const not = rule.subset.not.map(({ key, value }) => [key, `!${value}`]);
  return {
    type: 'ClientSubset',
    name: clusterName(tags),
    addresses: [`${inbound.address ?? address}:${inbound.port}`],
    service: tags[SERVICE_TAG] ?? '',
    tags,
    subset: { ...Object.fromEntries(not), ...rule.subset.tags },
    rule,
  };
}

/** One for each cluster, with all addresses on which it is reached. */
function destinationSubsets(
  outbounds: readonly Outbound[],
  ruleOf: (service: string) => Rule<unknown> | undefined,
): Attachment[] {
  const byCluster = Map.groupBy(
    outbounds.filter(({ tags }) => tags?.[SERVICE_TAG]),
    ({ tags = {} }) => clusterName(tags),
  );
  return [...byCluster].flatMap(([name, group]): Attachment[] => {
    const tags = group[0]?.tags ?? {};
    const service = tags[SERVICE_TAG] ?? '';
    const rule = ruleOf(service);
    if (!rule) return [];
    const addresses = group.map(({ address = '127.0.0.1', port }) => `${address}:${port}`);
    return [{ type: 'DestinationSubset', name, addresses, service, tags, subset: {}, rule }];
  });
}

function attachmentJson(
  policyType: string,
  { rule, ...place }: Attachment,
  show: (origin: RuleOrigin) => Pick<RuleOrigin, 'mesh' | 'name'>,
) {
  const origins = distinctOrigins(rule.origins).map((origin) => {
    const { mesh, name } = show(origin);
    return { mesh, name };
  });
  return { ...place, policyType, conf: rule.conf, origins };
}

function clusterName({ [SERVICE_TAG]: service = '', ...rest }: Tags): string {
  return outboundClusterName(service, rest);
}
