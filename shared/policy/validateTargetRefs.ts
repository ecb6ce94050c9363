import type { Violation } from '../resource/violation.ts';
import { type PolicyEntry, type PolicySpec, topTargetRef } from './policySpec.ts';
import type { Kind } from './targetRef.ts';
import { targetRefViolations } from './targetRefViolations.ts';

/** A row of the matrix in policies §2.2: what a policy allows where. A list that is left out is not there in its spec. */
export interface TargetRefMatrix {
  readonly top: readonly Kind[];
  readonly to?: readonly Kind[];
  readonly from?: readonly Kind[];
  readonly rules?: boolean;
  readonly gatewayTags?: boolean;
}

/** All that Kuma checks of a policy's targetRefs and of which lists it has. A policy's `validate` adds its confs. */
export function validateTargetRefs(spec: PolicySpec, matrix: TargetRefMatrix): Violation[] {
  return [
    ...topLevelViolations(spec, matrix),
    ...listViolations(spec, matrix),
    ...rulesViolations(spec, matrix),
    ...toViolations(spec, matrix.to ?? []),
    ...fromViolations(spec, matrix.from ?? []),
  ];
}

export function topLevelViolations(spec: PolicySpec, { top, gatewayTags }: TargetRefMatrix): Violation[] {
  const isInbound = Boolean(spec.from?.length || spec.rules?.length);
  const options = { kinds: top, isInbound, ...(gatewayTags && { gatewayTags }) };
  return targetRefViolations(topTargetRef(spec), 'spec.targetRef', options);
}

export function toViolations(spec: PolicySpec, kinds: readonly Kind[]): Violation[] {
  return entryViolations(spec.to ?? [], 'spec.to', kinds);
}

export function fromViolations(spec: PolicySpec, kinds: readonly Kind[]): Violation[] {
  return entryViolations(spec.from ?? [], 'spec.from', kinds);
}

function entryViolations(entries: readonly PolicyEntry[], field: string, kinds: readonly Kind[]): Violation[] {
  return entries.flatMap(({ targetRef }, i) => targetRefViolations(targetRef, `${field}[${i}].targetRef`, { kinds }));
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

/** `rules` is the successor of `from`, and not to be mixed with it, nor with `to` (policies §2.2). */
export function rulesViolations(spec: PolicySpec, { to }: TargetRefMatrix): Violation[] {
  if (!spec.rules?.length || (!spec.from?.length && !spec.to?.length)) return [];
  const reason = to
    ? "fields 'to' and 'from' must be empty when 'rules' is defined"
    : "field 'from' must be empty when 'rules' is defined";
  return [{ field: 'spec', reason }];
}
