import { canonicalJson } from '../../resource/json.ts';
import { keyText, type ResourceKey } from '../../resource/resource.ts';
import { descriptorOf, type RestContext } from '../context.ts';

interface Named extends ResourceKey {
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The policy engine names policies as their authors do; REST shows those of another control plane under the hashed name and
 * with more labels. @returns what REST shows of a policy; the policy itself, should it be gone meanwhile.
 */
export async function shownPolicies(context: RestContext, mesh: string, types: readonly string[]) {
  const lists = await Promise.all(types.map((type) => context.shown.list(descriptorOf(context, type), mesh)));
  const byKey = new Map(lists.flat().map(({ stored, resource }) => [policyText(stored.resource), resource]));
  return <T extends Named>(policy: T) => byKey.get(policyText(policy)) ?? policy;
}

/** What tells a policy from all others: two control planes may use one name, their labels differ. */
export function policyText(policy: Named): string {
  return keyText(policy) + canonicalJson(policy.labels);
}
