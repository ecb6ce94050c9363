import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { etagOf, isKnown } from './precondition.ts';
import { requireResourceAccess } from '../access.ts';
import { collectionsOf, requireMesh, type RestContext } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { filterOf } from '../filter.ts';
import { type Answer, ok, type RestRequest, type Route } from '../http.ts';
import { kubernetesForm } from '../kubernetesForm.ts';
import { pageAnswer, pageOf } from '../page.ts';
import { resourceJson } from '../resourceJson.ts';
import type { Shown } from '../shown.ts';

/** `GET` of one resource and of lists, in one mesh and over all. */
export function readRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  const list = (path: string): Route => ({
    method: 'GET',
    path,
    title: 'Could not retrieve resources',
    handler: async (request) => {
      const items = await listed(context, descriptor, request, path);
      return ok(pageAnswer(request, items, ({ resource }) => resourceJson(descriptor, resource)));
    },
  });
  return collectionsOf(descriptor).flatMap(({ path, acrossMeshes }) => [
    list(path),
    ...(acrossMeshes ? [list(acrossMeshes)] : []),
    {
      method: 'GET',
      path: `${path}/:name`,
      title: 'Could not retrieve a resource',
      handler: async (request) => {
        const { mesh, name = '' } = request.params;
        if (mesh !== undefined) await requireMesh(context, mesh);
        // Whether there is one of that name is nothing for those who may not read it.
        requireResourceAccess(context.access, request.caller, descriptor);
        const found = await context.shown.get(descriptor, mesh ?? '', name);
        if (!found) throw new NotFound();
        const headers = { etag: etagOf(found.stored) };
        if (isKnown(request, found.stored)) return { status: 304, body: '', contentType: 'text/plain', headers };
        return { ...formatted(descriptor, found, request), headers };
      },
    },
  ]);
}

/** What a list request asks for, filtered and sorted but not yet paged. */
export async function listed(
  context: RestContext,
  descriptor: ResourceDescriptor,
  request: RestRequest,
  template: string,
): Promise<Shown[]> {
  const { mesh } = request.params;
  // A list that makes no sense is told before a mesh that is not there.
  pageOf(request.query);
  const filter = filterOf(descriptor, request.query, template);
  if (mesh !== undefined) await requireMesh(context, mesh);
  requireResourceAccess(context.access, request.caller, descriptor);
  return (await context.shown.list(descriptor, mesh)).filter(({ resource }) => filter(resource));
}

/**
 * One resource in the form that `?format=` asks for.
 * @param title of the error when there is no such form; without it the operation's own
 * @throws Invalid
 */
export function formatted(
  descriptor: ResourceDescriptor,
  { resource }: Shown,
  { query }: RestRequest,
  title?: string,
): Answer {
  if (formatOf(query, title) === 'universal') return ok(resourceJson(descriptor, resource));
  return ok(kubernetesForm(descriptor, resource, query.get('namespace') || undefined));
}

/** Which form `?format=` asks for. @throws Invalid */
export function formatOf(query: URLSearchParams, title?: string): 'universal' | 'kubernetes' {
  switch (query.get('format') ?? '') {
    case '':
    case 'universal':
      return 'universal';
    case 'k8s':
    case 'kubernetes':
      return 'kubernetes';
    default:
      throw new Invalid([{ field: '', reason: '"format" must be one of ["k8s", "kubernetes", "universal"]' }], title);
  }
}
