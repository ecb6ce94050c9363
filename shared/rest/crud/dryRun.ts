import type { Resource, ResourceKey } from '../../resource/resource.ts';
import { descriptorOf, type RestContext } from '../context.ts';
import { BadRequest } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import { pageAnswer } from '../page.ts';

/** `?dryRun=true` on a write: everything is checked, nothing is written, and the answer tells what it would do. @throws BadRequest */
export function isDryRun({ query }: Pick<RestRequest, 'query'>): boolean {
  const value = query.get('dryRun') ?? 'false';
  if (value !== 'true' && value !== 'false')
    throw new BadRequest(`bad request: dryRun is true or false, not "${value}"`);
  return value === 'true';
}

/**
 * What a write would do: the resource as it would be stored, and every proxy whose configuration it would change, with the
 * difference as a JSON patch. The proxies are paged as lists are.
 */
export async function dryRunAnswer(
  context: RestContext,
  request: RestRequest,
  change: { readonly status: string; readonly key: ResourceKey; readonly resource: Resource | null },
): Promise<object> {
  const effects = (await context.dryRun?.(change, request.signal)) ?? [];
  return {
    status: change.status,
    proxies: pageAnswer(request, effects, ({ proxy, diff }) => {
      const { type, mesh, name, labels } = context.shown.show(
        descriptorOf(context, proxy.resource.type),
        proxy,
      ).resource;
      return { type, ...(mesh && { mesh }), name, labels, diff };
    }),
  };
}
