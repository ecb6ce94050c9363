import type { MatchedPolicies } from '../../policy/rules.ts';
import { descriptorOf, type RestContext } from '../context.ts';

/** Did policies with rules match? Legacy policies have none, they are not merged. */
export function hasRules(context: Pick<RestContext, 'registry'>, { type, policies }: MatchedPolicies): boolean {
  return policies.length > 0 && descriptorOf(context, type).policy?.isTargetRef === true;
}
