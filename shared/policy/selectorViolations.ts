import { SERVICE_TAG, tagViolations } from '../resource/tags.ts';
import type { Violation } from '../resource/violation.ts';
import type { TagSelector } from './tagSelector.ts';

/**
 * What a selector has to say: `tags` at least one; `source` the service too; `destination` the service and nothing else, since
 * that is all that is known of a destination.
 */
type SelectorKind = 'tags' | 'source' | 'destination';

/** What is wrong with the selectors of a legacy policy, in Kuma's words. @param field path of the list */
export function selectorViolations(
  selectors: readonly TagSelector[] | undefined,
  field: string,
  kind: SelectorKind,
): Violation[] {
  if (!selectors?.length) return [{ field, reason: 'must have at least one element' }];
  return selectors.flatMap(({ match = {} }, i) => matchViolations(match, `${field}[${i}].match`, kind));
}

function matchViolations(match: NonNullable<TagSelector['match']>, field: string, kind: SelectorKind): Violation[] {
  if (kind !== 'destination')
    return tagViolations(match, field, { areWanted: true, atLeastOne: true, service: kind === 'source' });
  const isService = Object.keys(match).length === 1 && match[SERVICE_TAG] !== undefined;
  const besides = isService ? [] : [{ field, reason: `must consist of exactly one tag "${SERVICE_TAG}"` }];
  return tagViolations(match, field, { areWanted: true, service: true, only: SERVICE_TAG, besides });
}
