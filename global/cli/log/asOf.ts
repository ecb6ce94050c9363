import type { ResourceType } from '../catalog.ts';
import type { Connection } from '../connection.ts';
import { eventsAfter, resourceAfter } from './event.ts';
import type { Moment } from './moment.ts';

interface Asked {
  readonly type: ResourceType;
  readonly mesh: string;
  /** Absent: all of them. */
  readonly name: string | undefined;
}

/**
 * What there was of a type, in order of name: its events of the policy log up to then, folded. What zones write is not in that log.
 * @throws CliError where there is no log (Kuma's control planes, and zones), or when it cannot be read by the control plane
 */
export async function resourcesAt(
  connection: Connection,
  { type, mesh, name }: Asked,
  when: Moment,
): Promise<readonly unknown[]> {
  const there = new Map<string, unknown>();
  const filter = { type: type.name, mesh: type.scope === 'Mesh' ? mesh : undefined, name };
  for await (const event of eventsAfter(connection, 0, filter)) {
    const isLater = 'time' in when ? Date.parse(event.at) > when.time : event.position > when.position;
    if (isLater) break;
    const resource = resourceAfter(event);
    if (resource) there.set(event.key.name, resource);
    else there.delete(event.key.name);
  }
  return [...there].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
}
