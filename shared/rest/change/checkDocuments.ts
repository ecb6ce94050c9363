import type { ResourceDescriptor } from '../../resource/descriptor.ts';
import { keyOf, keyText, type Resource } from '../../resource/resource.ts';
import type { Violation } from '../../resource/violation.ts';
import { publicTypes, type RestContext } from '../context.ts';
import { type CheckedPut, checkPut } from '../crud/checkPut.ts';
import { AccessDenied, asRestError, Invalid, type RestError, Unavailable } from '../errors.ts';
import type { RestRequest } from '../http.ts';
import type { Document } from './documents.ts';

/** A document that may be written. */
export interface CheckedDocument extends CheckedPut {
  /** From 0, as the author wrote them. */
  readonly place: number;
}

/**
 * Checks every document as its PUT would be, those of a mesh that comes with them included. All faults are told, not only those of the
 * first document: their fields begin with `documents[i].`.
 * @returns Meshes first, since the others stand in them; otherwise in the order written
 * @throws Invalid, AccessDenied, Unavailable
 */
export async function checkDocuments(
  context: RestContext,
  documents: readonly Document[],
  request: Pick<RestRequest, 'caller'>,
): Promise<readonly CheckedDocument[]> {
  const meshes = new Map<string, Resource>();
  const places = new Map<string, number>();
  const faults: Violation[][] = documents.map(() => []);
  const checked: CheckedDocument[] = [];

  const check = async (document: Document, place: number) => {
    const { mesh, name } = nameOf(document);
    try {
      const descriptor = typeNamed(context, document.type);
      const scoped = descriptor.scope === 'Mesh';
      const wanted = {
        descriptor,
        mesh: scoped ? mesh : '',
        name,
        body: () => (scoped ? { ...document, mesh } : document),
      };
      const put = await checkPut(context, wanted, request, meshes.get(mesh));
      const before = places.get(keyText(keyOf(put.resource)));
      if (before !== undefined) throw invalid('name', `is the same resource as documents[${before}]`);
      places.set(keyText(keyOf(put.resource)), place);
      if (descriptor.type === 'Mesh') meshes.set(name, put.resource);
      checked.push({ ...put, place });
    } catch (error) {
      const known = asRestError(error);
      if (!known || known instanceof AccessDenied || known instanceof Unavailable) throw error;
      faults[place] = faultsAt(`documents[${place}]`, known);
    }
  };
  // One after the other: a Mesh has to be known before what stands in it is looked at, and the answer is in order.
  const placed = documents.map((document, place) => ({ document, place }));
  const isMesh = ({ document }: { readonly document: Document }) => document.type === 'Mesh';
  for (const { document, place } of [...placed.filter(isMesh), ...placed.filter((one) => !isMesh(one))])
    await check(document, place);
  const wrong = faults.filter((one) => one.length > 0).length;
  if (wrong > 0) {
    const detail = `Nothing was applied: ${wrong} of ${documents.length} documents ${wrong === 1 ? 'is' : 'are'} not valid`;
    throw new Invalid(faults.flat(), undefined, detail);
  }
  return checked;
}

function nameOf({ mesh, name }: Document): { readonly mesh: string; readonly name: string } {
  return { mesh: typeof mesh === 'string' && mesh ? mesh : 'default', name: typeof name === 'string' ? name : '' };
}

/** @throws Invalid */
export function typeNamed(context: RestContext, type: unknown): ResourceDescriptor {
  const found = publicTypes(context).find((one) => one.type === type);
  if (!found)
    throw invalid('type', `${JSON.stringify(type) ?? 'it'} is no resource type here; GET /_resources lists them`);
  return found;
}

export function invalid(field: string, reason: string): Invalid {
  return new Invalid([{ field, reason }]);
}

/** Why one part of a change is refused, as faults of the change. @param field `documents[1]` */
export function faultsAt(field: string, { violations, message, title, status }: RestError): Violation[] {
  if (violations.length > 0)
    return violations.map((one) => ({ ...one, field: one.field ? `${field}.${one.field}` : field }));
  if (status === 404) return [{ field: `${field}.mesh`, reason: 'there is no such mesh, here or in the change' }];
  return [{ field, reason: [title, message.trim()].filter(Boolean).join(': ') }];
}
