import type { ResourceDescriptor } from '../resource/descriptor.ts';
import { AccessDenied } from './errors.ts';
import type { Caller } from './ports.ts';

/** `name/group,group`, as Kuma's access messages and our log name a caller. */
export function callerText({ user, groups }: Caller): string {
  return `${user}/${groups.join(',')}`;
}

/** Secrets are for admins only, whatever is to be done with them (kumactl-api §7.2). @throws AccessDenied */
export function requireResourceAccess(
  caller: Caller,
  { type, adminOnly }: Pick<ResourceDescriptor, 'type' | 'adminOnly'>,
): void {
  if (adminOnly && !caller.admin) {
    throw new AccessDenied(`user "${callerText(caller)}" cannot access the resource of type "${type}"`);
  }
}

/** @throws AccessDenied */
export function requireAdmin(caller: Caller): void {
  if (!caller.admin) throw new AccessDenied('action not allowed');
}
