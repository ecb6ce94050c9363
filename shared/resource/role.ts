import { GLOBAL, type Origin } from './resource.ts';

/** Which control plane this is: it decides what may be written here and which labels a write gets. */
export interface Role {
  readonly mode: 'global' | 'zone' | 'standalone';
  /** Name of the zone; a global control plane has none. */
  readonly zone?: string;
  readonly environment: 'universal' | 'kubernetes';
}

interface Authored {
  readonly writable: Readonly<Record<Role['mode'], boolean>>;
  readonly readOnly?: boolean | undefined;
}

/** May resources of this type be written on this control plane? Elsewhere the answer is 405. */
export function isWritable(descriptor: Authored, role: Role): boolean {
  return !descriptor.readOnly && descriptor.writable[role.mode];
}

/** The zone's name as labels carry it; `default` when not configured, as in Kuma. */
export function zoneName(role: Role): string {
  return role.zone || 'default';
}

/** Is what that writer wrote this control plane's own? Standalone is both writers in one process. */
export function isOwn(origin: Origin, role: Role): boolean {
  if (role.mode === 'global') return origin === GLOBAL;
  if (role.mode === 'zone') return origin === zoneName(role);
  return true;
}
