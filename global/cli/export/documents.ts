import { z } from 'zod';
import { restResource } from '../list.ts';
import { isFederation, type Profile } from './profiles.ts';

/** What a zone says of itself in labels; global has none of it. */
const ZONE_LABELS = ['kuma.io/origin', 'kuma.io/zone', 'kuma.io/env'];

/** A mesh that comes with its policies does not get its first ones again. */
const NO_FIRST_POLICIES = { skipCreatingInitialPolicies: ['*'] };

/** A resource that is exported. */
export const exported = restResource.extend({ labels: z.record(z.string(), z.string()).optional() });

export type Exported = z.infer<typeof exported>;

/** Users' signing keys come last: whoever applies the documents is not locked out in the middle. The hub's keys stay with their hub. */
export function inOrder(resources: readonly Exported[]): Exported[] {
  const isUserKey = ({ type, name }: Exported) => type === 'GlobalSecret' && name.startsWith('user-token-signing-key');
  const handedOver = resources.filter(isHandedOver);
  return [...handedOver.filter((one) => !isUserKey(one)), ...handedOver.filter(isUserKey)];
}

/** The keys of a hub are those of its own global control plane; another one's would lock all zones out. */
function isHandedOver({ type, name }: Exported): boolean {
  return type !== 'GlobalSecret' || !name.startsWith('hub-');
}

/** As somebody would have written it. */
export function universalDocument(resource: Exported, profile: Profile): object {
  const { creationTime: _, modificationTime: __, kri: ___, labels = {}, ...rest } = resource;
  const dropped = isFederation(profile) ? ZONE_LABELS : [];
  const kept = Object.entries(labels).filter(([label]) => !dropped.includes(label));
  return {
    ...rest,
    ...(kept.length > 0 ? { labels: Object.fromEntries(kept) } : {}),
    ...(rest.type === 'Mesh' ? NO_FIRST_POLICIES : {}),
  };
}

const object = z.looseObject({ kind: z.string(), spec: z.looseObject({}).optional() });

/** The Kubernetes object that holds a resource, as the control plane gave it. */
export function kubernetesDocument(given: unknown): object {
  const { kind, spec } = object.parse(given);
  // Not what was parsed: its fields would be in another order.
  return { ...(given as object), ...(kind === 'Mesh' && { spec: { ...spec, ...NO_FIRST_POLICIES } }) };
}
