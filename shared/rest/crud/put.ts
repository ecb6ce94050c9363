import { decide } from '../../event/decide.ts';
import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { computedLabels, immutableLabelViolations, labelViolations } from '../../resource/labels.ts';
import { nameViolations, nameWarnings } from '../../resource/name.ts';
import { parseResource } from '../../resource/parseResource.ts';
import { keyOf, type Resource } from '../../resource/resource.ts';
import { isOwn } from '../../resource/role.ts';
import type { Violation } from '../../resource/violation.ts';
import { requireResourceAccess } from '../access.ts';
import { collectionsOf, requireMesh, type RestContext } from '../context.ts';
import { BadRequest, Invalid } from '../errors.ts';
import type { Answer, RestRequest, Route } from '../http.ts';
import { NotJson, parseJsonBody } from '../jsonBody.ts';
import type { Written } from '../ports.ts';
import type { Shown } from '../shown.ts';
import { authorOf } from './author.ts';
import { dryRunAnswer, isDryRun } from './dryRun.ts';
import { requirePrecondition } from './precondition.ts';
import { requireWritable } from './refusal.ts';

const PROCESS = 'Could not process a resource';

/** `PUT` of a resource: create or replace. The order of the checks decides which error is told (kumactl-api §4.3). */
export function putRoutes(context: RestContext, descriptor: ResourceDescriptor): Route[] {
  return collectionsOf(descriptor).map(({ path }) => ({
    method: 'PUT',
    path: `${path}/:name`,
    title: PROCESS,
    handler: (request) => put(context, descriptor, request),
  }));
}

async function put(context: RestContext, descriptor: ResourceDescriptor, request: RestRequest): Promise<Answer> {
  const { role, shown, writer } = context;
  const { mesh = '', name = '' } = request.params;
  requireWritable(descriptor, context);
  // Asked for together, told in order: a mesh that is missing before a body that is wrong.
  const looking = shown.get(descriptor, mesh, name);
  looking.catch(() => {});
  const inMesh = descriptor.scope === 'Mesh' ? await requireMesh(context, mesh) : undefined;
  const written = parsed(descriptor, request.body, context.now());
  const existing = await looking;
  refuseIf(PROCESS, [
    ...urlViolations(written, { type: descriptor.type, mesh, name }),
    ...labelViolations(descriptor, written, role),
    ...nameViolations(written, descriptor.scope, role),
  ]);
  requireResourceAccess(context.access, request.caller, descriptor);

  const labels = computedLabels(descriptor, written, role);
  const spec = descriptor.complete ? descriptor.complete(written.spec, role) : written.spec;
  const resource: Resource = { ...written, labels, spec };
  if (existing) refuseForeign(context, existing, labels);
  const broken = descriptor.admit?.(resource, existing?.stored.resource, inMesh?.stored.resource) ?? [];
  refuseIf(
    existing ? 'Failed to update a resource' : 'Failed to create a resource',
    broken.length > 0 ? broken : ((await context.admit?.(resource)) ?? []),
  );
  requirePrecondition(request, existing?.stored);
  const warnings = [...(descriptor.warnings?.(resource) ?? []), ...(existing ? [] : nameWarnings(resource))];
  if (isDryRun(request)) {
    const { status } = decide({ kind: 'put', resource }, existing?.stored, context.now());
    const dryRun = await dryRunAnswer(context, request, { status, key: keyOf(resource), resource });
    return answer({ status: status as Written['status'], warnings }, { dryRun });
  }
  const result = await writer.put({ descriptor, resource, existing: existing?.stored, author: authorOf(request) });
  return answer({ ...result, warnings: [...warnings, ...(result.warnings ?? [])] });
}

/** @throws BadRequest, Invalid */
function parsed(descriptor: ResourceDescriptor, body: string, at: string): Resource {
  let json: unknown;
  try {
    json = parseJsonBody(body);
  } catch (error) {
    if (error instanceof NotJson) throw malformed(descriptor, error.message, []);
    throw error;
  }
  const result = parseResource(descriptor, json, at);
  if (result.ok) return result.resource;
  if (result.malformed !== undefined) throw malformed(descriptor, result.malformed, result.violations);
  throw new Invalid(result.violations, PROCESS);
}

/** Kuma tells only the parser's message; the fields, where they are known, help besides. */
function malformed({ type }: ResourceDescriptor, message: string, violations: readonly Violation[]): BadRequest {
  return new BadRequest(`invalid ${type} object: ${JSON.stringify(message)}`, violations);
}

function urlViolations(
  written: Resource,
  url: { readonly type: string; readonly mesh: string; readonly name: string },
): Violation[] {
  return (['name', 'type', 'mesh'] as const)
    .filter((field) => written[field] !== url[field])
    .map((field) => ({ field, reason: `${field} from the URL has to be the same as in body` }));
}

/** What another control plane wrote is changed there; its labels tell (kumactl-api §10.4). */
function refuseForeign({ role }: RestContext, { stored, resource }: Shown, labels: Resource['labels']): void {
  const title = 'Could not update a resource';
  refuseIf(title, immutableLabelViolations(resource.labels, labels));
  if (!isOwn(stored.origin, role)) {
    const home = stored.origin ? `the control plane of zone ${stored.origin}` : 'the global control plane';
    refuseIf(title, [{ field: 'name', reason: `is the name of a resource of ${home}, change it there` }]);
  }
}

function refuseIf(title: string, violations: readonly Violation[]): void {
  if (violations.length > 0) throw new Invalid(violations, title);
}

function answer({ status, warnings = [], position }: Written, more: object = {}): Answer {
  return {
    status: status === 'created' ? 201 : 200,
    body: { ...(warnings.length > 0 && { warnings }), ...more },
    ...(position !== undefined && { headers: { 'x-meridian-position': String(position) } }),
  };
}
