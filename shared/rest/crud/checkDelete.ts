import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { deleteOriginViolations } from '../../resource/labels.ts';
import type { Resource } from '../../resource/resource.ts';
import { isOwn } from '../../resource/role.ts';
import { requireResourceAccess } from '../access.ts';
import type { RestContext } from '../context.ts';
import { Invalid } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import type { Shown } from '../shown.ts';
import { inUseViolations } from './inUse.ts';

/** Title of errors of a deletion that have none of their own. */
export const DELETE = 'Could not delete a resource';

/**
 * All that must hold before a resource that is there is deleted. The order of the checks decides which error is told.
 * @param meshOfChange its Mesh, when that is written together with the deletion
 * @throws AccessDenied, Invalid
 */
export async function checkDelete(
  context: RestContext,
  descriptor: ResourceDescriptor,
  { stored, resource }: Shown,
  { caller }: Pick<RestRequest, 'caller'>,
  meshOfChange?: Resource,
): Promise<void> {
  requireResourceAccess(context.access, caller, descriptor);
  const origin = deleteOriginViolations(descriptor, resource.labels, context.role);
  const foreign = isOwn(stored.origin, context.role)
    ? []
    : [{ field: 'name', reason: 'belongs to another control plane, delete it there' }];
  const violations =
    origin.length > 0 ? origin : [...foreign, ...(await inUseViolations(context, stored.resource, meshOfChange))];
  if (violations.length > 0) throw new Invalid(violations, DELETE);
}
