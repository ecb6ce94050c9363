import type { MatchedPolicies } from '../policy/rules.ts';

export type MatchedByType = ReadonlyMap<string, MatchedPolicies>;

export function matchPolicies(_: unknown): MatchedByType {
  return new Map();
}
