import type { Author, NewEvent } from '../../shared/event/event.ts';
import { type Resource, keyOf } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { VersionConflict } from '../log/errors.ts';
import { appendChange } from './appendChange.ts';
import type { CommandDeps } from './ports.ts';

/** The author of what the control plane writes by itself. */
export const SYSTEM: Author = { user: 'system', source: '', client: 'meridian-global' };

/** Is there a GlobalSecret of that name? */
export async function exists({ log }: CommandDeps, name: string): Promise<boolean> {
  return (await log.current({ type: 'GlobalSecret', mesh: '', name })) !== undefined;
}

/** Creates them in one change. @returns their names @throws VersionConflict when one of them is there */
export async function create(deps: CommandDeps, resources: readonly Resource[]): Promise<string[]> {
  const events = resources.map(
    (resource): NewEvent => ({ type: 'ResourceCreated', key: keyOf(resource), resource, expectedVersion: 0 }),
  );
  await appendChange(deps, events, SYSTEM);
  return resources.map((resource) => resource.name);
}

/** As `create`, where of instances that start at the same time one does. @returns none when another one was first */
export async function createUnlessThere(deps: CommandDeps, resources: readonly Resource[]): Promise<string[]> {
  return create(deps, resources).catch((error: unknown) => {
    if (error instanceof VersionConflict) return [];
    throw error;
  });
}

/** A GlobalSecret with that text, as of now. */
export function secret({ now }: CommandDeps, name: string, value: string): Resource<SecretSpec> {
  const at = now().toISOString();
  const data = Buffer.from(value).toString('base64');
  return { type: 'GlobalSecret', mesh: '', name, labels: {}, creationTime: at, modificationTime: at, spec: { data } };
}
