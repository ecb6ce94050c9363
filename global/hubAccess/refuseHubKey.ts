import type { ResourceKey } from '../../shared/resource/resource.ts';
import { AccessDenied } from '../../shared/rest/errors.ts';
import { isHubKey } from './hubKeys.ts';

/** Is it a GlobalSecret that only global itself reads and writes? */
export function isReserved({ type, name }: Pick<ResourceKey, 'type' | 'name'>): boolean {
  return type === 'GlobalSecret' && isHubKey(name);
}

/**
 * Whoever changed a key of the hub would lock all zones out, and whoever read it could be any of them: the REST API has them for nobody.
 * @throws AccessDenied
 */
export function refuseHubKey(key: Pick<ResourceKey, 'type' | 'name'>): void {
  if (!isReserved(key)) return;
  throw new AccessDenied(
    `the GlobalSecret "${key.name}" is a key of the hub, which only the control plane itself uses; choose another name for a secret of yours. \`meridian log backup\` takes it along`,
  );
}
