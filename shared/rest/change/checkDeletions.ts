import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { keyOf, keyText, type ResourceKey } from '../../resource/resource.ts';
import type { Violation } from '../../resource/violation.ts';
import type { RestContext } from '../context.ts';
import { checkDelete } from '../crud/checkDelete.ts';
import { requireWritable } from '../crud/refusal.ts';
import { AccessDenied, asRestError, Invalid, Unavailable } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import type { Shown } from '../shown.ts';
import { type CheckedDocument, faultsAt, invalid, typeNamed } from './checkDocuments.ts';
import type { Deletion } from './documents.ts';

/** A resource that may be deleted. */
export interface CheckedDeletion {
  readonly descriptor: ResourceDescriptor;
  readonly key: ResourceKey;
  /** What is there now; a request that comes again finds nothing any more. */
  readonly existing: Shown | undefined;
  /** ETag that it must be at. */
  readonly ifMatch: string | undefined;
}

/**
 * Checks every deletion of a change as its DELETE would be, together with the documents of the change. All faults are told.
 * @throws Invalid, AccessDenied, Unavailable
 */
export async function checkDeletions(
  context: RestContext,
  deletions: readonly Deletion[],
  documents: readonly CheckedDocument[],
  request: Pick<RestRequest, 'caller'>,
): Promise<readonly CheckedDeletion[]> {
  const places = new Map(documents.map(({ resource, place }) => [keyText(keyOf(resource)), `documents[${place}]`]));
  const faults: Violation[] = [];
  const checked: CheckedDeletion[] = [];
  for (const [index, deletion] of deletions.entries()) {
    const place = `deletions[${index}]`;
    try {
      const one = await check(context, deletion, documents, request);
      const other = places.get(keyText(one.key));
      if (other) throw invalid('name', `is the same resource as ${other}`);
      places.set(keyText(one.key), place);
      checked.push(one);
    } catch (error) {
      const known = asRestError(error);
      if (!known || known instanceof AccessDenied || known instanceof Unavailable) throw error;
      faults.push(...faultsAt(place, known));
    }
  }
  if (faults.length > 0) throw new Invalid(faults, undefined, 'Nothing was applied: not all of it can be deleted');
  return checked;
}

async function check(
  context: RestContext,
  { type, mesh, name, ifMatch }: Deletion,
  documents: readonly CheckedDocument[],
  request: Pick<RestRequest, 'caller'>,
): Promise<CheckedDeletion> {
  const descriptor = typeNamed(context, type);
  requireWritable(descriptor, context);
  // The logs of zones take writes together, but no deletions.
  if (context.role.mode === 'zone' || !descriptor.writable.global)
    throw invalid('type', `${type} is not in the policy log: it is deleted alone, with DELETE`);
  const inMesh = descriptor.scope === 'Mesh' ? (mesh ?? 'default') : '';
  const within = documents.find(({ resource }) => type === 'Mesh' && resource.mesh === name);
  if (within) throw invalid('name', `documents[${within.place}] is in this mesh`);
  const existing = await context.shown.get(descriptor, inMesh, name);
  const ownMesh = documents.find(({ resource }) => resource.type === 'Mesh' && resource.name === inMesh);
  if (existing) await checkDelete(context, descriptor, existing, request, ownMesh?.resource);
  const key = existing ? keyOf(existing.stored.resource) : { type, mesh: inMesh, name };
  return { descriptor, key, existing, ifMatch };
}
