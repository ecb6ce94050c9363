import { PASS_THROUGH } from '../../policy/legacyRules.ts';
import type { MatchedPolicies, RuleOrigin } from '../../policy/rules.ts';

/** What of a proxy a policy is attached to: the whole, or its calls to a service. */
export type Place =
  | { readonly type: 'dataplane' }
  | { readonly type: 'service'; readonly name: string; readonly service: string };

export interface Attachment {
  readonly place: Place;
  /** The one policy of its type that counts there. */
  readonly policy: RuleOrigin;
}

/** Where the legacy policies of a type count. @param services that the proxy may call */
export function legacyAttachments({ single, to }: MatchedPolicies, services: readonly string[]): Attachment[] {
  const whole = single?.origins.map((policy): Attachment => ({ place: { type: 'dataplane' }, policy })) ?? [];
  const calls = [...services, PASS_THROUGH].flatMap((service) =>
    (to.forService(service)?.origins ?? []).map(
      (policy): Attachment => ({ place: { type: 'service', name: service, service }, policy }),
    ),
  );
  return [...whole, ...calls];
}
