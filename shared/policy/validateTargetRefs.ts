import type { Violation } from '../resource/violation.ts';
import { type PolicyEntry, type PolicySpec, topTargetRef } from './policySpec.ts';
import type { Kind } from './targetRef.ts';
import { targetRefViolations } from './targetRefViolations.ts';

/** Which kinds a policy's targetRefs may have, by where they stand, as its `validator.go` in Kuma says. A list that is left out is not in its spec. */
export interface TargetRefMatrix {
  readonly top: readonly Kind[];
  readonly to?: readonly Kind[];
  readonly from?: readonly Kind[];
  readonly rules?: boolean;
  readonly gatewayTags?: boolean;
}

/** What is wrong with an entry besides its targetRef. @param at path of the entry, `spec.to[0]` */
type EntryRule<Entry> = (entry: Entry, at: string) => readonly Violation[];

type SpecOf<Entry> = PolicySpec & {
  readonly to?: readonly Entry[] | undefined;
  readonly from?: readonly Entry[] | undefined;
};

/**
 * All that Kuma checks of a policy but its `rules`, in its order: the policy as a whole, then entry by entry, those of `from` first.
 * @param rule what a policy asks of the rest of an entry
 */
export function validateTargetRefs<Entry extends PolicyEntry>(
  spec: SpecOf<Entry>,
  matrix: TargetRefMatrix,
  rule: EntryRule<Entry> = () => [],
): Violation[] {
  return [
    ...policyViolations(spec, matrix),
    ...entryViolations(spec.from, 'spec.from', matrix.from ?? [], rule),
    ...entryViolations(spec.to, 'spec.to', matrix.to ?? [], rule),
  ];
}

/** What is wrong with the policy as a whole: its top-level targetRef, and which lists it has. */
export function policyViolations(spec: PolicySpec, matrix: TargetRefMatrix): Violation[] {
  return [...topLevelViolations(spec, matrix), ...rulesViolations(spec, matrix), ...listViolations(spec, matrix)];
}

/** What is wrong with the top-level targetRef of a policy. */
export function topLevelViolations(spec: PolicySpec, { top, gatewayTags }: TargetRefMatrix): Violation[] {
  const isInbound = Boolean(spec.from?.length || spec.rules?.length);
  const options = { kinds: top, isInbound, ...(gatewayTags && { gatewayTags }) };
  return targetRefViolations(topTargetRef(spec), 'spec.targetRef', options);
}

/** Of each entry its targetRef, then the rest. @param field path of the list */
export function entryViolations<Entry extends PolicyEntry>(
  entries: readonly Entry[] | undefined,
  field: string,
  kinds: readonly Kind[],
  rule: EntryRule<Entry>,
): Violation[] {
  return (entries ?? []).flatMap((entry, i) => {
    const at = `${field}[${i}]`;
    return [...targetRefViolations(entry.targetRef, `${at}.targetRef`, { kinds }), ...rule(entry, at)];
  });
}

/** At least one of the lists that the policy has must say something. */
function listViolations(spec: PolicySpec, matrix: TargetRefMatrix): Violation[] {
  const lists = (['from', 'to', 'rules'] as const).filter((list) => matrix[list]);
  if (lists.length === 0 || lists.some((list) => spec[list]?.length)) return [];
  const [only] = lists;
  if (lists.length === 1) return [{ field: `spec.${only}`, reason: 'needs at least one item' }];
  const names = lists.map((list) => `'${list}'`);
  const last = names.pop();
  return [{ field: 'spec', reason: `at least one of ${names.join(', ')} or ${last} has to be defined` }];
}

/** `rules` is the successor of `from`, and not to be mixed with it, nor with `to`. */
function rulesViolations(spec: PolicySpec, { to }: TargetRefMatrix): Violation[] {
  if (!spec.rules?.length || (!spec.from?.length && !spec.to?.length)) return [];
  const reason = to
    ? "fields 'to' and 'from' must be empty when 'rules' is defined"
    : "field 'from' must be empty when 'rules' is defined";
  return [{ field: 'spec', reason }];
}
