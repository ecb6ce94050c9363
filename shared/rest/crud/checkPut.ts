import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { computedLabels, immutableLabelViolations, labelViolations } from '../../resource/labels.ts';
import { nameViolations, nameWarnings, roomViolations } from '../../resource/name.ts';
import { parseResource } from '../../resource/parseResource.ts';
import type { Resource } from '../../resource/resource.ts';
import { isOwn, type Role } from '../../resource/role.ts';
import type { Violation } from '../../resource/violation.ts';
import { requireResourceAccess } from '../access.ts';
import { requireMesh, type RestContext } from '../context.ts';
import { BadRequest, Invalid } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import { NotJson } from '../jsonBody.ts';
import type { Shown } from '../shown.ts';
import { requireWritable } from './refusal.ts';

/** Title of errors of a write that have none of their own. */
export const PROCESS = 'Could not process a resource';

/** A resource that somebody wants to be written under this name. */
export interface Wanted {
  readonly descriptor: ResourceDescriptor;
  readonly mesh: string;
  readonly name: string;
  /** The document, as parsed JSON. @throws NotJson */
  readonly body: () => unknown;
}

/** What may be written. */
export interface CheckedPut {
  readonly descriptor: ResourceDescriptor;
  /** Parsed, labels computed, as it is kept. */
  readonly resource: Resource;
  /** What was taken out of it; written along. */
  readonly secrets: readonly Resource[];
  /** What is there now. */
  readonly existing: Shown | undefined;
  readonly warnings: readonly string[];
}

/**
 * All that must hold before a resource is written. The order of the checks decides which error is told: it is that of
 * `createOrUpdateResource` in Kuma's `pkg/api-server/resource_endpoints.go`.
 * @param meshOfChange a Mesh that is written together with it, if there is one of that name
 * @throws RestError
 */
export async function checkPut(
  context: RestContext,
  { descriptor, mesh, name, body }: Wanted,
  { caller }: Pick<RestRequest, 'caller'>,
  meshOfChange?: Resource,
): Promise<CheckedPut> {
  const { role, shown } = context;
  requireWritable(descriptor, context);
  // Asked for together, told in order: a mesh that is missing before a body that is wrong.
  const looking = shown.get(descriptor, mesh, name);
  looking.catch(() => {});
  const inMesh =
    descriptor.scope === 'Mesh' ? (meshOfChange ?? (await requireMesh(context, mesh)).stored.resource) : undefined;
  const written = parsed(descriptor, body, context.now());
  const existing = await looking;
  refuseIf(PROCESS, [
    ...urlViolations(written, { type: descriptor.type, mesh, name }, role),
    ...labelViolations(descriptor, written, role),
    ...nameViolations(written, descriptor.scope),
  ]);
  requireResourceAccess(context.access, caller, descriptor);

  const labels = computedLabels(descriptor, written, role);
  const spec = descriptor.complete
    ? descriptor.complete(written.spec, role, existing?.stored.resource.spec)
    : written.spec;
  const resource: Resource = { ...written, labels, spec };
  if (existing) refuseForeign(context, existing, labels);
  const broken = descriptor.admit?.(resource, existing?.stored.resource, inMesh) ?? [];
  refuseIf(
    existing ? 'Failed to update a resource' : 'Failed to create a resource',
    broken.length > 0 ? broken : ((await context.admit?.(resource)) ?? []),
  );
  const warnings = [...(descriptor.warnings?.(resource) ?? []), ...nameWarnings(resource)];
  return { descriptor, existing, warnings, ...(descriptor.withoutSecrets?.(resource) ?? { resource, secrets: [] }) };
}

/** @throws BadRequest, Invalid */
function parsed(descriptor: ResourceDescriptor, body: () => unknown, at: string): Resource {
  let json: unknown;
  try {
    json = body();
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
  role: Role,
): Violation[] {
  const other = (field: 'name' | 'type' | 'mesh') =>
    written[field] === url[field] ? [] : [{ field, reason: `${field} from the URL has to be the same as in body` }];
  return [...other('name'), ...roomViolations(url, role), ...other('type'), ...other('mesh')];
}

/** What another control plane wrote is changed there; its labels tell. */
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
