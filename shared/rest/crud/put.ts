import { decide } from '../../event/decide.ts';
import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { keyOf } from '../../resource/resource.ts';
import { collectionsOf, type RestContext } from '../context.ts';
import type { Answer, RestRequest, Route } from '../http.ts';
import { parseJsonBody } from '../jsonBody.ts';
import type { Put, Written } from '../ports.ts';
import { authorOf } from './author.ts';
import { checkPut, PROCESS } from './checkPut.ts';
import { dryRunProxies, isDryRun } from './dryRun.ts';
import { requirePrecondition } from './precondition.ts';

/** `PUT` of a resource: create or replace. */
export function putRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  return collectionsOf(descriptor).map(({ path }) => ({
    method: 'PUT',
    path: `${path}/:name`,
    title: PROCESS,
    handler: (request) => put(context, descriptor, request),
  }));
}

async function put(context: RestContext, descriptor: ResourceDescriptor, request: RestRequest): Promise<Answer> {
  const { mesh = '', name = '' } = request.params;
  const body = () => parseJsonBody(request.body);
  const { resource, secrets, existing, warnings } = await checkPut(context, { descriptor, mesh, name, body }, request);
  requirePrecondition(request, existing?.stored);
  if (isDryRun(request)) {
    const { status } = decide({ kind: 'put', resource }, existing?.stored, context.now());
    const proxies = await dryRunProxies(context, request, [{ key: keyOf(resource), resource }]);
    return answer({ status: status as Written['status'], warnings }, { dryRun: { status, proxies } });
  }
  const wanted: Put = { descriptor, resource, secrets, existing: existing?.stored, author: authorOf(request) };
  const result = await context.writer.put(wanted);
  return answer({ ...result, warnings: [...warnings, ...(result.warnings ?? [])] });
}

function answer({ status, warnings = [], position }: Written, more: object = {}): Answer {
  return {
    status: status === 'created' ? 201 : 200,
    body: { ...(warnings.length > 0 && { warnings }), ...more },
    ...(position !== undefined && { headers: { 'x-meridian-position': String(position) } }),
  };
}
