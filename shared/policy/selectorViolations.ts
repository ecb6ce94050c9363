import { SERVICE_TAG } from '../resource/tags.ts';
import type { Violation } from '../resource/violation.ts';
import type { TagSelector } from './tagSelector.ts';

const NAME = /^[a-zA-Z0-9.\-_:/]*$/;
const VALUE = /^([a-zA-Z0-9.\-_:/]*|\*)$/;

/**
 * What a selector has to say: `tags` at least one; `source` the service too; `destination` the service and nothing else, since
 * that is all that is known of a destination.
 */
export type SelectorKind = 'tags' | 'source' | 'destination';

/** What is wrong with the selectors of a legacy policy (policies §4.3). @param field path of the list */
export function selectorViolations(
  selectors: readonly TagSelector[] | undefined,
  field: string,
  kind: SelectorKind,
): Violation[] {
  if (!selectors?.length) return [{ field, reason: 'must have at least one element' }];
  return selectors.flatMap(({ match = {} }, i) => matchViolations(match, `${field}[${i}].match`, kind));
}

function matchViolations(match: NonNullable<TagSelector['match']>, field: string, kind: SelectorKind): Violation[] {
  const violations: Violation[] = [];
  const add = (reason: string, tag?: string) =>
    violations.push({ field: tag === undefined ? field : `${field}["${tag}"]`, reason });
  const tags = Object.keys(match).sort();
  const hasService = match[SERVICE_TAG] !== undefined;
  if (kind !== 'destination' && tags.length === 0) add('must have at least one tag');
  if (kind === 'destination' && (tags.length !== 1 || !hasService))
    add(`must consist of exactly one tag "${SERVICE_TAG}"`);
  for (const tag of tags) {
    const value = match[tag] ?? '';
    if (tag === '') add('tag name must be non-empty');
    if (!NAME.test(tag))
      add('tag name must consist of alphanumeric characters, dots, dashes, slashes and underscores', tag);
    if (kind === 'destination' && tag !== SERVICE_TAG) add(`tag "${tag}" is not allowed`, tag);
    if (value === '') add('tag value must be non-empty', tag);
    if (!VALUE.test(value))
      add('tag value must consist of alphanumeric characters, dots, dashes, slashes and underscores or be "*"', tag);
  }
  if (kind !== 'tags' && !hasService) add(`mandatory tag "${SERVICE_TAG}" is missing`);
  return violations;
}
