import type { EventLog } from '../log/eventLog.ts';

/** When the Zone of that name was last deleted; `undefined` when it is there, or never was. */
export async function zoneDeletedAt(events: Pick<EventLog, 'find'>, zone: string): Promise<Date | undefined> {
  const [last] = await events.find({ type: 'Zone', mesh: '', name: zone, limit: 1, order: 'desc' });
  return last?.type === 'ResourceDeleted' ? new Date(last.at) : undefined;
}
