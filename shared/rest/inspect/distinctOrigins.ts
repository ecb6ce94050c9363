import type { RuleOrigin } from '../../policy/rules.ts';
import { policyText } from './shownPolicies.ts';

/** Each policy once, however many of its entries counted. */
export function distinctOrigins(origins: readonly RuleOrigin[]): RuleOrigin[] {
  return [...new Map(origins.map((origin) => [policyText(origin), origin])).values()];
}
