import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import { resourceMeta } from '../resourceJson.ts';
import { shownPolicies } from './shownPolicies.ts';

const TITLE = 'Could not get MatchedPolicies';

/** `…/dataplanes/{n}/policies`: what `kumactl inspect dataplane` shows (kumactl-api §6.1). targetRef policies attach to the whole proxy. */
export function proxyPolicyRoutes(context: RestContext): Route[] {
  const { inspector } = context;
  if (!inspector) return [];
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/policies',
      title: TITLE,
      handler: async ({ params: { mesh = '', name = '' } }) => {
        const { stored } = await requireShown(context, descriptorOf(context, 'Dataplane'), mesh, name);
        const matched = (await inspector.matchedPolicies(stored)).filter(({ policies }) => policies.length > 0);
        const shown = await shownPolicies(
          context,
          mesh,
          matched.map(({ type }) => type),
        );
        const matchedPolicies = Object.fromEntries(
          matched.map(({ type, policies }) => {
            const descriptor = descriptorOf(context, type);
            return [type, policies.map((policy) => resourceMeta(descriptor, { ...policy, ...shown(policy) }))];
          }),
        );
        const items = matched.length > 0 ? [{ type: 'dataplane', matchedPolicies }] : [];
        return ok({ kind: 'SidecarDataplane', total: items.length, items });
      },
    },
  ];
}
