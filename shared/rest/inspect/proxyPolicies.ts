import type { Resource } from '../../resource/resource.ts';
import type { MatchedPolicies } from '../../policy/rules.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import { type JsonFields, resourceMeta } from '../resourceJson.ts';
import { hasRules } from './hasRules.ts';
import { legacyAttachments, type Place } from './legacyAttachments.ts';
import { servicesIn } from './servicesIn.ts';
import { shownPolicies } from './shownPolicies.ts';

const TITLE = 'Could not get MatchedPolicies';
const NO_MESH = 'Could not build MeshContext';

/**
 * `…/dataplanes/{n}/policies`: what `kumactl inspect dataplane` shows. targetRef policies attach to the whole
 * proxy, legacy ones to that or to its calls.
 */
export function proxyPolicyRoutes(context: RestContext): Route[] {
  const { inspector } = context;
  if (!inspector) return [];
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/policies',
      title: TITLE,
      handler: async ({ params: { mesh = '', name = '' } }) => {
        const { stored } = await requireShown(context, descriptorOf(context, 'Dataplane'), mesh, name, TITLE, NO_MESH);
        const matched = (await inspector.matchedPolicies(stored)).filter(({ policies }) => policies.length > 0);
        const types = matched.map(({ type }) => type);
        const shown = await shownPolicies(context, mesh, types);
        const meta = (policy: Resource) =>
          resourceMeta(descriptorOf(context, policy.type), { ...policy, ...shown(policy) });
        const items = itemsOf(attachedTo(context, matched, await servicesIn(context, mesh)), meta);
        return ok({ kind: 'SidecarDataplane', total: items.length, items });
      },
    },
  ];
}

interface Attached {
  readonly place: Place;
  readonly policies: readonly Resource[];
}

function attachedTo(
  context: RestContext,
  matched: readonly MatchedPolicies[],
  services: readonly string[],
): Attached[] {
  return matched.flatMap((one): Attached[] => {
    const { policies } = one;
    if (hasRules(context, one)) return [{ place: { type: 'dataplane' }, policies }];
    return legacyAttachments(one, services).map(({ policy, place }) => ({
      place,
      policies: policies.filter(({ name }) => name === policy.name),
    }));
  });
}

/** One for the whole proxy, then one for each service. */
function itemsOf(attached: readonly Attached[], meta: (policy: Resource) => JsonFields): JsonFields[] {
  const byPlace = [...Map.groupBy(attached, ({ place }) => `${place.type} ${'name' in place ? place.name : ''}`)];
  byPlace.sort(([a], [b]) => (a < b ? -1 : 1));
  return byPlace.map(([, group]) => ({
    ...group[0]?.place,
    matchedPolicies: Object.fromEntries(group.map(({ policies }) => [policies[0]?.type ?? '', policies.map(meta)])),
  }));
}
