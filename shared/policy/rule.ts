import type { Candidate } from './candidate.ts';
import type { MergeConfs } from './merge.ts';
import type { Rule, RuleOrigin } from './rules.ts';

interface WithConf {
  readonly candidate: Candidate;
  readonly index: number;
  readonly conf: unknown;
}

/** One rule of all these confs, given in ascending priority; `undefined` when there are none. */
export function ruleOf(items: readonly WithConf[], merge: MergeConfs): Rule<unknown> | undefined {
  if (items.length === 0) return undefined;
  return { conf: merge(items.map(({ conf }) => conf)), origins: items.map(originOf) };
}

/** The policy, and the place of the entry in it, for inspect. */
export function originOf({ candidate: { resource }, index }: Omit<WithConf, 'conf'>): RuleOrigin {
  const { type, mesh, name, labels } = resource;
  return { type, mesh, name, labels, ruleIndex: index };
}
