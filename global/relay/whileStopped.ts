import type { EventLog } from '../log/eventLog.ts';
import { RELAY_LOCK } from './relay.ts';

/** Works on a log that no global control plane runs on, and lets none begin to relay meanwhile. @throws Error when one runs */
export async function whileStopped<T>({ tryLead }: Pick<EventLog, 'tryLead'>, work: () => Promise<T>): Promise<T> {
  const leadership = await tryLead(RELAY_LOCK);
  if (!leadership)
    throw new Error('a global control plane runs on this log: stop all of them first; zones and proxies go on without');
  try {
    return await work();
  } finally {
    await leadership.release();
  }
}
