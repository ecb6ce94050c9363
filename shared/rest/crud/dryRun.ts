import { descriptorOf, type RestContext } from '../context.ts';
import { BadRequest } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import { pageAnswer } from '../page.ts';
import type { ProposedWrite } from '../ports.ts';

/** `?dryRun=true` on a write: everything is checked, nothing is written, and the answer tells what it would do. @throws BadRequest */
export function isDryRun({ query }: Pick<RestRequest, 'query'>): boolean {
  const value = query.get('dryRun') ?? 'false';
  if (value !== 'true' && value !== 'false')
    throw new BadRequest(`bad request: dryRun is true or false, not "${value}"`);
  return value === 'true';
}

/** Every proxy whose configuration the writes would change together, with the difference as a JSON patch; paged as lists are. */
export async function dryRunProxies(
  context: RestContext,
  request: RestRequest,
  writes: readonly ProposedWrite[],
): Promise<object> {
  const effects = (await context.dryRun?.(writes, request.signal)) ?? [];
  return pageAnswer(request, effects, ({ proxy, diff }) => {
    const { type, mesh, name, labels } = context.shown.show(descriptorOf(context, proxy.resource.type), proxy).resource;
    return { type, ...(mesh && { mesh }), name, labels, diff };
  });
}
