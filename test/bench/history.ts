import { randomUUID } from 'node:crypto';
import type { EventLog } from '../../global/log/eventLog.ts';
import type { EventType } from '../../shared/event/event.ts';
import { keyOf, type Resource } from '../../shared/resource/resource.ts';

const BY = { user: 'bench', source: '', client: 'bench' };
/** Appends that wait for their answer at the same time: the log gathers them into commits. */
const AT_ONCE = 256;

/** A MeshTimeout of about 900 bytes in JSON, as policies are in practice; another one with each `turn`. */
export function timeoutPolicy(index: number, turn: number, at: string): Resource {
  const to = ['orders', 'payments', 'stock', 'shipping'].map((service, i) => ({
    targetRef: { kind: 'MeshService', name: `${service}-${index}` },
    default: {
      connectionTimeout: `${1 + ((turn + i) % 30)}s`,
      idleTimeout: `${60 + turn}s`,
      http: { requestTimeout: `${1 + turn}s`, streamIdleTimeout: `${10 + turn}s`, maxStreamDuration: '0s' },
    },
  }));
  return {
    type: 'MeshTimeout',
    mesh: 'default',
    name: `timeout-${index}`,
    labels: { 'kuma.io/mesh': 'default', 'kuma.io/origin': 'global', team: `team-${index % 40}` },
    creationTime: at,
    modificationTime: at,
    spec: { targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': `caller-${index}` } }, to },
  };
}

/**
 * Writes so many events through the log's own API, one to a change, over so many live resources in turn.
 * @param onWritten hears how many there are so far
 */
export async function writeHistory(
  log: EventLog,
  { events, live }: { readonly events: number; readonly live: number },
  onWritten: (events: number) => void,
): Promise<void> {
  const at = new Date().toISOString();
  for (let first = 0; first < events; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, events - first) }, (_, i) => first + i);
    await Promise.all(
      batch.map((number) => {
        const turn = Math.floor(number / live);
        const resource = timeoutPolicy(number % live, turn, at);
        const type: EventType = turn === 0 ? 'ResourceCreated' : 'ResourceUpdated';
        return log.append({
          id: randomUUID(),
          by: BY,
          events: [{ type, key: keyOf(resource), resource, expectedVersion: turn }],
        });
      }),
    );
    onWritten(first + batch.length);
  }
}
