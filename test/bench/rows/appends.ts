import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventLog, openEventLog } from '../../../global/log/eventLog.ts';
import { openDb } from '../../../global/log/openDb.ts';
import { relay } from '../../../global/relay/relay.ts';
import { keyOf } from '../../../shared/resource/resource.ts';
import { type HubServer, startHubServer } from '../../replication/wiring.ts';
import { startPostgres } from '../../support/postgres.ts';
import { tempDir } from '../../support/tempDir.ts';
import { timeoutPolicy } from '../history.ts';
import type { Progress } from '../progress.ts';
import type { Row } from '../report.ts';
import type { StandaloneRow } from '../row.ts';

export interface AppendsOptions {
  readonly events: number;
  /** So many wait for the answer to their append at any time. */
  readonly writers: readonly number[];
}

const BY = { user: 'bench', source: '', client: 'bench' };
/** Appends before those that count. */
const WARM_UP = 1_000;

/**
 * Events of about 900 bytes through the log's own API, each a change of its own to a resource of its own writer, while the relay
 * publishes them to a hub that syncs every batch: log and relay in this process, as in global.
 */
export async function measureAppends(
  { events, writers }: AppendsOptions,
  store: 'PostgreSQL, fsync on' | 'the embedded log (no fsync)',
  progress: Progress,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of writers) {
    progress.say(`${store}, ${count} writers`);
    const folder = await tempDir('appends');
    const postgres = store.startsWith('PostgreSQL') ? await startPostgres() : undefined;
    try {
      const url = (await postgres?.createDatabase()) ?? '';
      const log = await openEventLog(await openDb({ url, directory: folder.path }));
      const hub = await startHubServer(folder.path);
      rows.push(await timed(log, hub, { store, events, writers: count }));
      await hub.connection.nats.close();
      await hub.server.stop();
      await log.close();
    } finally {
      await postgres?.stop();
      await folder.remove();
    }
  }
  return rows;
}

interface Run {
  readonly store: string;
  readonly events: number;
  readonly writers: number;
}

async function timed(log: EventLog, hub: HubServer, { store, events, writers }: Run): Promise<Row> {
  let published = 0;
  const failures: string[] = [];
  const ended = new AbortController();
  const keys = {
    zones: async () => [],
    publicKey: async () => undefined,
    keyIds: async () => [],
    grant: async () => undefined,
  };
  const relaying = relay(
    {
      source: log,
      hub: hub.connection,
      keys,
      departures: { departed: async () => [], forget: async () => {} },
      onPublished: (relayed) => {
        published = relayed.at(-1)?.position ?? published;
      },
      onError: (error) => failures.push(error.message),
      onZoneError: (error) => failures.push(error.message),
    },
    ended.signal,
  );
  const caughtUp = async (position: number) => {
    while (published < position) await sleep(1);
  };
  await caughtUp(await append(log, writers, 0, WARM_UP, () => {}));
  const durations: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const head = await append(log, writers, WARM_UP, events, (took) => durations.push(took));
  const answered = performance.now();
  const lag = head - published;
  await caughtUp(head);
  const behind = performance.now() - answered;
  const { user, system } = process.cpuUsage(cpu);
  ended.abort();
  await relaying;
  const { last_seq } = (await hub.connection.jsm.streams.info('EVENTS')).state;
  const rate = Math.round(events / ((answered - start) / 1_000));
  const through = Math.round(events / ((answered - start + behind) / 1_000));
  return {
    what: `an append to ${store}, ${writers} writers at once, the relay running`,
    samples: { durations, answers: [], missing: events - durations.length + (head - last_seq), needless: 0 },
    note:
      `${rate.toLocaleString('en')} events/s; at the last answer the relay was ${lag} behind, ${behind.toFixed(0)} ms later 0 (` +
      `${through.toLocaleString('en')} events/s published); ` +
      `${((user + system) / events).toFixed(0)} µs of CPU an event in this process${failures.length > 0 ? `; the relay failed: ${failures[0]}` : ''}`,
  };
}

/** @returns the position of the last event */
async function append(
  log: EventLog,
  writers: number,
  from: number,
  count: number,
  onAnswer: (took: number) => void,
): Promise<number> {
  let next = from;
  let head = 0;
  const write = async (writer: number) => {
    const at = new Date().toISOString();
    while (next < from + count) {
      const turn = next++;
      const resource = timeoutPolicy(writer, turn, at);
      const type = turn < writers ? 'ResourceCreated' : 'ResourceUpdated';
      const start = performance.now();
      // Whatever is there, as a PUT without a condition.
      const written = await log.append({
        id: randomUUID(),
        by: BY,
        events: [{ type, key: keyOf(resource), resource, expectedVersion: null }],
      });
      onAnswer(performance.now() - start);
      head = Math.max(head, written.at(-1)?.position ?? 0);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return head;
}

export const standaloneRow: StandaloneRow = {
  name: 'appends',
  measure: async (_, progress) => [
    ...(await measureAppends({ events: 1_000, writers: [1] }, 'PostgreSQL, fsync on', progress)),
    ...(await measureAppends({ events: 20_000, writers: [64, 256] }, 'PostgreSQL, fsync on', progress)),
    ...(await measureAppends({ events: 20_000, writers: [256] }, 'the embedded log (no fsync)', progress)),
  ],
};
