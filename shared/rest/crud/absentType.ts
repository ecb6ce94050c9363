import { requireMesh, type RestContext } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { filterOf } from '../filter.ts';
import { ok, type RestRequest, type Route } from '../http.ts';
import { pageAnswer, pageOf } from '../page.ts';
import { KUMA_GLOBAL_TYPES, KUMA_MESH_TYPES, KUMA_POLICIES, type KumaType, NO_POLICY } from './kumaTypes.ts';
import { writtenElsewhere } from './refusal.ts';

const PROCESS = 'Could not process a resource';

/**
 * Types that Kuma has and this build has not. There are none of them, so lists are empty and items missing; a write is refused
 * by name, and never accepted and ignored. `GET /_resources` does not tell of them.
 */
export function absentTypeRoutes(context: RestContext): Route[] {
  const absent = (types: Readonly<Record<string, KumaType>>) =>
    Object.entries(types).filter(([type]) => context.registry.byType(type) === undefined);
  return [
    ...absent({ ...KUMA_POLICIES, ...KUMA_MESH_TYPES }).flatMap(([type, kumaType]) => [
      list(context, type, `/${kumaType.path}`),
      ...itemRoutes(context, type, kumaType, `/meshes/:mesh/${kumaType.path}`),
    ]),
    ...absent(KUMA_POLICIES).flatMap(([, { path, notInspected }]) =>
      notInspected ? [] : [proxies(context, `/meshes/:mesh/${path}/:name/dataplanes`)],
    ),
    ...absent(KUMA_POLICIES).flatMap(([, { path }]) =>
      ['_resources', '-resources'].map((resources) =>
        missing(context, 'GET', `/meshes/:mesh/${path}/:name/${resources}/dataplanes`, NO_POLICY),
      ),
    ),
    ...absent(KUMA_MESH_TYPES).flatMap(([, { path, views = {} }]) =>
      Object.entries(views).map(([view, title]) =>
        missing(context, 'GET', `/meshes/:mesh/${path}/:name/${view}`, title, {
          ...(view === 'dataplanes' && { noMesh: 'Could not build mesh context' }),
        }),
      ),
    ),
    ...absent(KUMA_GLOBAL_TYPES).flatMap(([type, kumaType]) =>
      itemRoutes(context, type, kumaType, `/${kumaType.path}`),
    ),
  ];
}

function itemRoutes(context: RestContext, type: string, { refusedOn, instead = '' }: KumaType, path: string): Route[] {
  const { mode } = context.role;
  const requireHere = () => {
    if (mode === refusedOn) throw writtenElsewhere(mode);
  };
  return [
    list(context, type, path),
    missing(context, 'GET', `${path}/:name`, 'Could not retrieve a resource'),
    missing(context, 'DELETE', `${path}/:name`, 'Could not delete a resource', { precondition: requireHere }),
    {
      method: 'PUT',
      path: `${path}/:name`,
      title: PROCESS,
      handler: async (request) => {
        requireHere();
        await requireMeshOf(context, request);
        throw new Invalid(
          [{ field: 'type', reason: `${type} is not supported yet${instead && `, use ${instead}`}` }],
          PROCESS,
        );
      },
    },
  ];
}

function missing(
  context: RestContext,
  method: Route['method'],
  path: string,
  title: string,
  { precondition, noMesh }: { readonly precondition?: () => void; readonly noMesh?: string } = {},
): Route {
  return {
    method,
    path,
    title,
    handler: async (request) => {
      precondition?.();
      await requireMeshOf(context, request, noMesh);
      throw new NotFound();
    },
  };
}

/** Nothing, but a list that makes no sense is told as with any other type. */
function list(context: RestContext, type: string, path: string): Route {
  return {
    method: 'GET',
    path,
    title: 'Could not retrieve resources',
    handler: async (request) => {
      pageOf(request.query);
      filterOf({ type }, request.query, path);
      await requireMeshOf(context, request);
      return ok(pageAnswer(request, [], (nothing) => nothing));
    },
  };
}

/** `kumactl inspect <policy>`: a policy that is not there selects nothing. */
function proxies(context: RestContext, path: string): Route {
  return {
    method: 'GET',
    path,
    title: 'Could not retrieve dataplanes',
    handler: async (request) => {
      await requireMeshOf(context, request, 'Could not list Dataplanes');
      return ok({ total: 0, items: [] });
    },
  };
}

async function requireMeshOf(context: RestContext, { params: { mesh } }: RestRequest, title?: string): Promise<void> {
  if (mesh !== undefined) await requireMesh(context, mesh, title);
}
