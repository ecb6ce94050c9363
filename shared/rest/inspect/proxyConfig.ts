import { requireRight } from '../access.ts';
import { descriptorOf, requireMesh, requireShown, type RestContext } from '../context.ts';
import { BadRequest, MethodNotAllowed, NotFound } from '../errors.ts';
import { goBool } from '../goBool.ts';
import { ok, type Route } from '../http.ts';
import { jsonPatch } from '../../resource/jsonPatch.ts';

/**
 * `…/dataplanes/{n}/_config`: what the control plane gives a proxy. With `shadow=true` what it would give if the policies labelled
 * `kuma.io/effect: shadow` took effect; `include=diff` adds a JSON patch from the one to the other.
 */
export function proxyConfigRoutes(context: RestContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/meshes/:mesh/dataplanes/:name/_config',
      title: 'Failed to fetch dataplane insight',
      handler: async ({ params: { mesh = '', name = '' }, query, caller }) => {
        const { role, inspector, access } = context;
        requireRight(access, 'viewConfigDump', caller);
        if (role.mode === 'global' || !inspector?.config) {
          throw new MethodNotAllowed('Not allowed on global CP');
        }
        await requireMesh(context, mesh);
        const shadow = isShadow(query);
        const diff = includesDiff(query);
        const { stored } = await requireShown(context, descriptorOf(context, 'Dataplane'), mesh, name);
        const current = await inspector.config(stored);
        const xds = shadow ? await inspector.config(stored, { shadow }) : current;
        if (!xds) throw new NotFound();
        return ok({ xds, ...(diff && { diff: jsonPatch(current, xds) }) });
      },
    },
  ];
}

function isShadow(query: URLSearchParams): boolean {
  const shadow = goBool(query.get('shadow') || 'false');
  if (shadow === undefined) throw unsupported('shadow');
  return shadow;
}

/** A list with commas, of which `diff` is the only word. */
function includesDiff(query: URLSearchParams): boolean {
  const included = (query.get('include') ?? '').split(',').filter((word, _, all) => all.length > 1 || word);
  if (included.some((word) => word !== 'diff')) throw unsupported('include');
  return included.length > 0;
}

function unsupported(parameter: string): BadRequest {
  return new BadRequest(`bad request: unsupported value for query parameter '${parameter}'`);
}
