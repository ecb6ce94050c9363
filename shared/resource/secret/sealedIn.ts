import type { Resource, ResourceKey } from '../resource.ts';
import type { Sealed, SecretSpec } from './spec.ts';

/** Is its payload to be sealed wherever it is stored? */
export function isSecret({ type }: Pick<ResourceKey, 'type'>): boolean {
  return type === 'Secret' || type === 'GlobalSecret';
}

/** The sealed payload of a secret; `undefined` where it is opened, or the resource is no secret. */
export function sealedIn(resource: Resource): Sealed | undefined {
  return isSecret(resource) ? (resource.spec as SecretSpec | undefined)?.sealed : undefined;
}
