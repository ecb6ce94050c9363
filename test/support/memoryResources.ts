import { decide } from '../../shared/event/decide.ts';
import { GLOBAL, keyText, type Origin, type Resource } from '../../shared/resource/resource.ts';
import { VersionConflict } from '../../shared/rest/errors.ts';
import type { ResourceReader, ResourceWriter, Stored, Written } from '../../shared/rest/ports.ts';

/** Resources in memory, written through `decide` as the control planes do: the REST contract's tests stand on it. */
export interface MemoryResources extends ResourceReader, ResourceWriter {
  /** Puts something there that another control plane, or this one itself, wrote. */
  seed(resource: Resource, origin: Origin): void;
}

/** @param own the origin of what is written here. */
export function memoryResources(
  own: Origin = GLOBAL,
  now: () => string = () => new Date().toISOString(),
): MemoryResources {
  const entries = new Map<string, Stored>();
  let position = 0;
  const id = (resource: { type: string; mesh: string; name: string }, origin: Origin) =>
    `${origin}@${keyText(resource)}`;
  const current = (key: Resource, expected: number | undefined) => {
    const stored = entries.get(id(key, own));
    if (stored?.version !== expected) throw new VersionConflict(`${keyText(key)} is at version ${stored?.version}`);
    return stored;
  };
  const put: ResourceWriter['put'] = async ({ resource, existing }) => {
    const { events, status } = decide({ kind: 'put', resource }, current(resource, existing?.version), now());
    for (const event of events) {
      if (event.resource)
        entries.set(id(resource, own), { resource: event.resource, origin: own, version: ++position });
    }
    return { status: status as 'created' | 'updated' | 'unchanged', position };
  };
  const remove: ResourceWriter['delete'] = async ({ key, expectedVersion }) => {
    current(key as Resource, expectedVersion);
    entries.delete(id(key, own));
    for (const [entry, { resource }] of entries)
      if (key.type === 'Mesh' && resource.mesh === key.name) entries.delete(entry);
    return { position: ++position };
  };
  return {
    seed: (resource, origin) => void entries.set(id(resource, origin), { resource, origin, version: ++position }),
    get: async (key) => [...entries.values()].filter(({ resource }) => keyText(resource) === keyText(key)),
    list: async (type, mesh) =>
      [...entries.values()].filter(
        ({ resource }) => resource.type === type && (mesh === undefined || resource.mesh === mesh),
      ),
    put,
    putAll: async ({ puts, removals = [], author, precondition }) => {
      precondition();
      const statuses: Written['status'][] = [];
      for (const one of puts) statuses.push((await put({ ...one, author })).status);
      for (const one of removals) await remove({ ...one, author });
      return { statuses, position, change: `change-${position}` };
    },
    delete: remove,
  };
}
