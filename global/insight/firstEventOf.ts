import type { LogEvent } from '../../shared/event/event.ts';
import type { EventLog } from '../log/eventLog.ts';

/** The event that a change begins with; undefined when there is no such change. */
export async function firstEventOf(log: Pick<EventLog, 'find'>, changeId: string): Promise<LogEvent | undefined> {
  const [first] = await log.find({ changeId, limit: 1, order: 'asc' });
  return first;
}
