import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { collectionsOf, descriptorOf, requireMesh, requireShown, type RestContext } from '../context.ts';
import { ok, type Route } from '../http.ts';
import { pageAnswer, pageOf } from '../page.ts';
import type { Shown } from '../shown.ts';
import { legacyAttachments, type Place } from './legacyAttachments.ts';
import { servicesIn } from './servicesIn.ts';

/**
 * The Dataplanes of a policy: `…/{policy}/_resources/dataplanes` for the GUI, `…/{policy}/dataplanes` for `kumactl inspect
 * <policy>`. `kumactl inspect … --new-api` of 2.14 asks for `-resources`, which its own server does not know.
 */
export function policyProxyRoutes(context: RestContext, policy: ResourceDescriptor): Route[] {
  const { inspector } = context;
  if (!inspector || !policy.policy) return [];
  const dataplane = descriptorOf(context, 'Dataplane');
  const proxies = async (found: Shown) => {
    const dataplanes = await inspector.dataplanesOf(found.stored);
    return dataplanes
      .map((stored) => ({ stored, resource: context.shown.show(dataplane, stored).resource }))
      .sort((a, b) => (a.resource.name < b.resource.name ? -1 : 1));
  };
  const entries = async (found: Shown) => {
    const { mesh, name } = found.stored.resource;
    const services = policy.policy?.isTargetRef ? [] : await servicesIn(context, mesh);
    const all = (await proxies(found)).map(async ({ stored, resource }) => {
      if (policy.policy?.isTargetRef) return entry(resource, [{ type: 'dataplane' }]);
      const matched = (await inspector.matchedPolicies(stored)).find(({ type }) => type === policy.type);
      const attachments = matched ? legacyAttachments(matched, services) : [];
      const own = attachments.filter((one) => one.policy.name === name);
      return entry(
        resource,
        own.map(({ place }) => place),
      );
    });
    return (await Promise.all(all)).filter(({ attachments }) => attachments.length > 0);
  };
  const resources = (path: string): Route => ({
    method: 'GET',
    path,
    title: 'Could not retrieve policy',
    handler: async (request) => {
      const { mesh = '', name = '' } = request.params;
      const wanted = request.query.get('name') ?? '';
      pageOf(request.query);
      await requireMesh(context, mesh);
      const all = await proxies(await requireShown(context, policy, mesh, name));
      const items = all.map(({ resource }) => resource).filter((one) => one.name.includes(wanted));
      const { next, ...page } = pageAnswer(request, items, ({ type, mesh, name, labels }) => ({
        type,
        mesh,
        name,
        labels,
      }));
      return ok({ ...page, ...(next !== null && { next }) });
    },
  });
  return collectionsOf(policy).flatMap(({ path }) => [
    resources(`${path}/:name/_resources/dataplanes`),
    resources(`${path}/:name/-resources/dataplanes`),
    {
      method: 'GET',
      path: `${path}/:name/dataplanes`,
      title: 'Could not retrieve dataplanes',
      handler: async ({ params: { mesh = '', name = '' } }) => {
        await requireMesh(context, mesh, 'Could not list Dataplanes');
        const found = await context.shown.get(policy, mesh, name);
        // here a policy that is not there selects nothing: Kuma answers 200
        const items = found ? await entries(found) : [];
        return ok({ total: items.length, items });
      },
    },
  ]);
}

/** A single attachment of type `dataplane` makes kumactl print just the proxy's name. */
function entry({ mesh, name }: { readonly mesh: string; readonly name: string }, attachments: readonly Place[]) {
  return { kind: 'SidecarDataplane', dataplane: { mesh, name }, attachments };
}
