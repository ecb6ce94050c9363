import type { Violation } from '../../resource/violation.ts';
import { etagOf, isAt } from '../crud/precondition.ts';
import { RestError } from '../errors.ts';
import type { CheckedDeletion } from './checkDeletions.ts';
import type { CheckedDocument } from './checkDocuments.ts';
import type { ChangeBody } from './documents.ts';

/**
 * As `If-Match` and `If-None-Match: *` of a PUT, for every document that has a condition: somebody else's edit since then is not
 * overwritten. Conditions stand in the document's place; absent or `null`: whatever is there. What is deleted has to be there.
 * @throws RestError 412 naming every document and deletion whose condition does not hold
 */
export function requirePreconditions(
  { ifMatch, ifNoneMatch }: Pick<ChangeBody, 'ifMatch' | 'ifNoneMatch'>,
  checked: readonly Pick<CheckedDocument, 'place' | 'existing'>[],
  deletions: readonly Pick<CheckedDeletion, 'existing' | 'ifMatch'>[] = [],
): void {
  const ofDocuments = checked.flatMap(({ place, existing }): Violation[] => {
    if (existing && ifNoneMatch[place]) {
      const reason = `exists already, at ${etagOf(existing.stored)}; read it and decide anew`;
      return [{ field: `documents[${place}]`, reason }];
    }
    const wanted = ifMatch[place] ?? null;
    if (wanted === null || isAt(wanted, existing?.stored)) return [];
    return [notAsExpected(`documents[${place}]`, existing)];
  });
  const ofDeletions = deletions.flatMap(({ existing, ifMatch }, index): Violation[] =>
    existing && isAt(ifMatch ?? '*', existing.stored) ? [] : [notAsExpected(`deletions[${index}]`, existing)],
  );
  const violations = [...ofDocuments, ...ofDeletions];
  if (violations.length > 0)
    throw new RestError({
      status: 412,
      title: 'Precondition Failed',
      detail: 'Nothing was applied: not all of it is as it was expected to be',
      violations,
    });
}

function notAsExpected(field: string, existing: CheckedDocument['existing']): Violation {
  const now = existing ? `is at ${etagOf(existing.stored)} now` : 'does not exist (any more)';
  return { field, reason: `${now}; read it again and decide anew` };
}
