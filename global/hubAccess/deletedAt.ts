import type { ResourceKey } from '../../shared/resource/resource.ts';
import type { EventLog } from '../log/eventLog.ts';

/** When the resource of that key was last deleted; `undefined` when it is there, or never was. */
export async function deletedAt(events: Pick<EventLog, 'find'>, key: ResourceKey): Promise<Date | undefined> {
  const [last] = await events.find({ ...key, limit: 1, order: 'desc' });
  return last?.type === 'ResourceDeleted' ? new Date(last.at) : undefined;
}
