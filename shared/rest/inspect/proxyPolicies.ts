import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import { resourceMeta } from '../resourceJson.ts';

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
        const known = await storedPolicies(
          context,
          mesh,
          matched.map(({ type }) => type),
        );
        const matchedPolicies = Object.fromEntries(
          matched.map(({ type, policies }) => [
            type,
            policies.map((policy) => resourceMeta(descriptorOf(context, type), known.get(policy) ?? policy)),
          ]),
        );
        const items = matched.length > 0 ? [{ type: 'dataplane', matchedPolicies }] : [];
        return ok({ kind: 'SidecarDataplane', total: items.length, items });
      },
    },
  ];
}

/** The engine names policies as their authors do; REST shows those of another control plane under the hashed name. */
async function storedPolicies(context: RestContext, mesh: string, types: readonly string[]) {
  const lists = await Promise.all(types.map((type) => context.shown.list(descriptorOf(context, type), mesh)));
  return new Map(lists.flat().map(({ stored, resource }) => [stored.resource, resource]));
}
