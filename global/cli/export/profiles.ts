import type { ResourceType } from '../catalog.ts';

/** Which types are exported, as kumactl's `export --profile`. */
export const PROFILES = ['federation', 'federation-with-policies', 'all', 'no-dataplanes'] as const;

export type Profile = (typeof PROFILES)[number];

/** What only an admin may read. */
const ADMIN_ONLY = ['Secret', 'GlobalSecret'];

/** Control planes write these themselves, and refuse them from anybody else: with them nothing of an export could be applied. */
const isWrittenByControlPlanes = ({ name }: ResourceType) => name.endsWith('Insight');

/** For a global control plane, which is to be the only one that says whose the resources are. */
export function isFederation(profile: Profile): boolean {
  return profile === 'federation' || profile === 'federation-with-policies';
}

/** The types of a profile, in an order in which each can be applied upon what stands before it: Mesh, its Secrets, the rest, GlobalSecrets. */
export function exportedTypes(
  catalog: readonly ResourceType[],
  profile: Profile,
  { includeAdmin }: { readonly includeAdmin: boolean },
): ResourceType[] {
  const rank = ({ name }: ResourceType) =>
    name === 'Mesh' ? 0 : name === 'Secret' ? 1 : name === 'GlobalSecret' ? 3 : 2;
  const isExported = (type: ResourceType) => {
    if (profile === 'federation') return type.includeInFederation === true && !type.policy?.isTargetRef;
    if (profile === 'federation-with-policies') return type.includeInFederation === true;
    if (isWrittenByControlPlanes(type) || (ADMIN_ONLY.includes(type.name) && !includeAdmin)) return false;
    return profile === 'all' || type.name !== 'Dataplane';
  };
  return catalog.filter(isExported).sort((a, b) => rank(a) - rank(b));
}
