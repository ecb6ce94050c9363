import { goRegexpFault } from '../resource/goRegexp.ts';
import type { Violation } from '../resource/violation.ts';

/** A condition whose value may be a regular expression. */
interface Condition {
  readonly type: string;
  readonly value?: string | undefined;
}

/** Envoy refuses all the routes of a proxy for one expression that it cannot read. @param field path of the condition */
export function regexViolations({ type, value = '' }: Condition, field: string): Violation[] {
  if (type !== 'RegularExpression') return [];
  if (value === '') return [{ field: `${field}.value`, reason: 'cannot be empty' }];
  const fault = goRegexpFault(value);
  return fault === undefined ? [] : [{ field: `${field}.value`, reason: `Envoy could not read it: ${fault}` }];
}
