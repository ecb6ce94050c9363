import type { ResourceDescriptor } from '../resource/descriptor.ts';
import type { Access, Holders, Right } from './accessLists.ts';
import { AccessDenied } from './errors.ts';
import type { Caller } from './ports.ts';

/** What a refusal says could not be accessed. User tokens have words of their own. */
const SUBJECTS: Readonly<Record<Exclude<Right, 'adminResources' | 'generateUserToken'>, string>> = {
  generateDpToken: 'generate dataplane token',
  generateZoneToken: 'generate zone token',
  viewConfigDump: 'envoy proxy info',
  viewStats: 'envoy proxy info',
  viewClusters: 'envoy proxy info',
  controlPlaneMetadata: 'control-plane metadata',
};

/** `name/group,group`, as Kuma's access messages and our log name a caller. */
export function callerText({ user, groups }: Caller): string {
  return `${user}/${groups.join(',')}`;
}

/**
 * @param more of what is asked for, told after the subject
 * @throws AccessDenied
 */
export function requireRight(
  access: Access,
  right: keyof typeof SUBJECTS | 'generateUserToken',
  caller: Caller,
  more = '',
): void {
  if (holds(access[right], caller)) return;
  if (right === 'generateUserToken') throw new AccessDenied('action not allowed');
  throw new AccessDenied(`user "${callerText(caller)}" cannot access ${SUBJECTS[right]}${more}`);
}

/** Secrets are for admins only, whatever is to be done with them. @throws AccessDenied */
export function requireResourceAccess(
  access: Access,
  caller: Caller,
  { type, adminOnly }: Pick<ResourceDescriptor, 'type' | 'adminOnly'>,
): void {
  if (adminOnly && !holds(access.adminResources, caller))
    throw new AccessDenied(`user "${callerText(caller)}" cannot access the resource of type "${type}"`);
}

function holds({ users, groups }: Holders, caller: Caller): boolean {
  return users.includes(caller.user) || caller.groups.some((group) => groups.includes(group));
}
