import { requireRight } from '../access.ts';
import { descriptorOf, requireShown, type RestContext } from '../context.ts';
import { BadRequest, MethodNotAllowed, NotFound } from '../errors.ts';
import { ok, type Route } from '../http.ts';
import { jsonPatch } from '../../resource/jsonPatch.ts';

/**
 * `…/dataplanes/{n}/_config`: what the control plane gives a proxy. With `shadow=true` what it would give if the policies labelled
 * `kuma.io/effect: shadow` took effect; `include=diff` adds a JSON patch from the one to the other (kumactl-api §6).
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
          throw new MethodNotAllowed(
            "the configuration of a proxy is known to its zone's control plane only, ask there\n",
          );
        }
        const shadow = oneOf(query, 'shadow', ['true', 'false']) === 'true';
        const diff = oneOf(query, 'include', ['diff']) === 'diff';
        const { stored } = await requireShown(context, descriptorOf(context, 'Dataplane'), mesh, name);
        const current = await inspector.config(stored);
        const xds = shadow ? await inspector.config(stored, { shadow }) : current;
        if (!xds) throw new NotFound();
        return ok({ xds, ...(diff && { diff: jsonPatch(current, xds) }) });
      },
    },
  ];
}

/** @throws BadRequest for a value that is none of those; no value is none. */
function oneOf(query: URLSearchParams, name: string, values: readonly string[]): string | undefined {
  const value = query.get(name) || undefined;
  if (value !== undefined && !values.includes(value))
    throw new BadRequest(`bad request: ${name} is ${values.join(' or ')}, not "${value}"`);
  return value;
}
