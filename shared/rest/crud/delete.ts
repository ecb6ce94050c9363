import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { deleteOriginViolations } from '../../resource/labels.ts';
import { keyOf } from '../../resource/resource.ts';
import { isOwn } from '../../resource/role.ts';
import { requireResourceAccess } from '../access.ts';
import { collectionsOf, requireShown, type RestContext } from '../context.ts';
import { Invalid } from '../errors.ts';
import type { Answer, RestRequest, Route } from '../http.ts';
import { authorOf } from './author.ts';
import { dryRunProxies, isDryRun } from './dryRun.ts';
import { inUseViolations } from './inUse.ts';
import { requirePrecondition } from './precondition.ts';
import { requireWritable } from './refusal.ts';

const TITLE = 'Could not delete a resource';

/** `DELETE` of a resource. */
export function deleteRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  return collectionsOf(descriptor).map(({ path }) => ({
    method: 'DELETE',
    path: `${path}/:name`,
    title: TITLE,
    handler: (request) => remove(context, descriptor, request),
  }));
}

async function remove(context: RestContext, descriptor: ResourceDescriptor, request: RestRequest): Promise<Answer> {
  const { role, writer } = context;
  const { mesh = '', name = '' } = request.params;
  requireWritable(descriptor, context);
  // In Kuma's order: what is not there is told to those, too, who may not delete it.
  const { stored, resource } = await requireShown(context, descriptor, mesh, name, TITLE);
  requireResourceAccess(context.access, request.caller, descriptor);
  const origin = deleteOriginViolations(descriptor, resource.labels, role);
  const foreign = isOwn(stored.origin, role)
    ? []
    : [{ field: 'name', reason: 'belongs to another control plane, delete it there' }];
  const violations = origin.length > 0 ? origin : [...foreign, ...(await inUseViolations(context, stored.resource))];
  if (violations.length > 0) throw new Invalid(violations, TITLE);
  requirePrecondition(request, stored);
  const key = keyOf(stored.resource);
  if (isDryRun(request)) {
    const proxies = await dryRunProxies(context, request, [{ key, resource: null }]);
    return { status: 200, body: { dryRun: { status: 'deleted', proxies } } };
  }
  const { position } = await writer.delete({
    descriptor,
    key,
    expectedVersion: stored.version,
    author: authorOf(request),
  });
  return {
    status: 200,
    body: {},
    ...(position !== undefined && { headers: { 'x-meridian-position': String(position) } }),
  };
}
