import { compareTexts } from '../text/compareTexts.ts';
import type { Candidate } from './candidate.ts';
import { topTargetRef } from './policySpec.ts';
import { rank, type TargetRef } from './targetRef.ts';

/** An entry of a policy's `to`, `from` or `rules` with its place there. */
export interface Item {
  readonly candidate: Candidate;
  readonly targetRef: TargetRef;
  readonly index: number;
}

/** Ascending priority of whole policies: of two that set the same field, the later one wins. Kuma's `pkg/plugins/policies/core/rules/sort`. */
export function comparePolicies(a: Candidate, b: Candidate): number {
  return compareTargets(a, b) || compareNames(a, b);
}

/** Ascending priority of entries: the kind of an entry counts between role and name; in one policy the later entry wins. */
export function compareItems(a: Item, b: Item): number {
  return (
    compareTargets(a.candidate, b.candidate) ||
    rank(a.targetRef.kind) - rank(b.targetRef.kind) ||
    Number(Boolean(a.targetRef.sectionName)) - Number(Boolean(b.targetRef.sectionName)) ||
    compareNames(a.candidate, b.candidate) ||
    a.index - b.index
  );
}

function compareTargets(a: Candidate, b: Candidate): number {
  const refA = topTargetRef(a.resource.spec);
  const refB = topTargetRef(b.resource.spec);
  return (
    rank(refA.kind) - rank(refB.kind) ||
    (refA.kind === 'Dataplane' ? narrowness(refA) - narrowness(refB) : 0) ||
    Number(a.zone !== '') - Number(b.zone !== '') ||
    a.roleRank - b.roleRank
  );
}

/** Of Dataplanes: by labels (or all) before by name, then whole proxies before one inbound. */
function narrowness(ref: TargetRef): number {
  return (ref.name ? 2 : 0) + (ref.sectionName ? 1 : 0);
}

/** Descending, so that the smaller name wins. Zones may use one name: then the zone's name decides, the same for all. */
function compareNames(a: Candidate, b: Candidate): number {
  return compareTexts(b.name, a.name) || compareTexts(b.origin, a.origin) || compareTexts(b.id, a.id);
}
