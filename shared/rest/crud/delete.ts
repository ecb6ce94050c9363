import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { keyOf } from '../../resource/resource.ts';
import { collectionsOf, requireShown, type RestContext } from '../context.ts';
import type { Answer, RestRequest, Route } from '../http.ts';
import { authorOf } from './author.ts';
import { checkDelete, DELETE } from './checkDelete.ts';
import { dryRunProxies, isDryRun } from './dryRun.ts';
import { requirePrecondition } from './precondition.ts';
import { requireWritable } from './refusal.ts';

/** `DELETE` of a resource. */
export function deleteRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  return collectionsOf(descriptor).map(({ path }) => ({
    method: 'DELETE',
    path: `${path}/:name`,
    title: DELETE,
    handler: (request) => remove(context, descriptor, request),
  }));
}

async function remove(context: RestContext, descriptor: ResourceDescriptor, request: RestRequest): Promise<Answer> {
  const { writer } = context;
  const { mesh = '', name = '' } = request.params;
  requireWritable(descriptor, context);
  // In Kuma's order: what is not there is told to those, too, who may not delete it.
  const shown = await requireShown(context, descriptor, mesh, name, DELETE);
  await checkDelete(context, descriptor, shown, request);
  const { stored } = shown;
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
