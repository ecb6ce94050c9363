import { z } from 'zod';
import type { LogEvent } from '../../shared/event/event.ts';
import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';
import { appender, type ProposedChange } from './append.ts';
import type { Db, Leadership } from './db.ts';
import { LogUnavailable } from './errors.ts';
import { type EventFilter, findEvents } from './find.ts';
import { migrate } from './migrate.ts';
import { type Current, toCurrent, toEvent } from './rows.ts';

export const LOG_CHANNEL = 'meridian_log';
/** Other instances wake us by NOTIFY; this is the safety net should one get lost. */
const POLL_MS = 1_000;

/** The policy log of global: the truth (D2). All promises reject with LogUnavailable while the database is away. */
export interface EventLog {
  /** Names this installation: a zone pointed at another global must notice. */
  readonly logId: string;
  /** @returns the events as they stand in the log. @throws VersionConflict: nothing of the change was written. */
  append(change: ProposedChange): Promise<readonly LogEvent[]>;
  /** Events after a position, contiguous; only what can no longer be preceded by anything. */
  read(after: number, limit: number): Promise<readonly LogEvent[]>;
  /** For people: by resource, change, author. */
  find(filter: EventFilter): Promise<readonly LogEvent[]>;
  /** Position of the newest event; 0: the log is empty. */
  head(): Promise<number>;
  current(key: ResourceKey): Promise<Current | undefined>;
  /** Sorted by mesh, then name. */
  list(type: string, mesh?: string): Promise<readonly Current[]>;
  listAll(): Promise<readonly Current[]>;
  /** Calls back when there may be something new, by whichever instance. Returns the function that ends it. */
  listen(wake: () => void): () => void;
  /** @returns leadership for singletons such as the relay; undefined while another instance has it. */
  tryLead(lock: number): Promise<Leadership | undefined>;
  readonly db: Db;
  close(): Promise<void>;
}

/** Opens the log on a database, bringing its tables up to date. */
export async function openEventLog(db: Db): Promise<EventLog> {
  await migrate(db);
  const head = async () =>
    z
      .object({ log_id: z.string(), last_seq: z.coerce.number(), fence: z.coerce.number() })
      .parse((await db.query("SELECT log_id, last_seq, fence FROM log_head WHERE log = 'global'"))[0]);
  const { log_id: logId, fence } = await head();
  const wakes = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of wakes) wake();
  };
  const unlisten = await db.listen(LOG_CHANNEL, wakeAll);
  const poll = setInterval(wakeAll, POLL_MS).unref();
  // A raised fence (restore, planned maintenance) is taken up at the next append after the one that it refused.
  let myFence = fence;
  const append = appender(db, async () => myFence);

  return {
    logId,
    db,
    append: async (change) => {
      try {
        return await append(change);
      } catch (error) {
        if (error instanceof LogUnavailable)
          myFence = await head().then(
            (row) => row.fence,
            () => myFence,
          );
        throw error;
      }
    },
    read: async (after, limit) =>
      (await db.query('SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2', [after, limit])).map(toEvent),
    find: (filter) => findEvents(db, filter),
    head: async () => (await head()).last_seq,
    current: async (key) => {
      const rows = await db.query('SELECT version, seq, body FROM resource WHERE rkey = $1 AND NOT deleted', [
        keyText(key),
      ]);
      return rows[0] && toCurrent(rows[0]);
    },
    list: async (type, mesh) => {
      const rows =
        mesh === undefined
          ? await db.query(
              'SELECT version, seq, body FROM resource WHERE kind = $1 AND NOT deleted ORDER BY mesh COLLATE "C", name COLLATE "C"',
              [type],
            )
          : await db.query(
              'SELECT version, seq, body FROM resource WHERE kind = $1 AND mesh = $2 AND NOT deleted ORDER BY name COLLATE "C"',
              [type, mesh],
            );
      return rows.map(toCurrent);
    },
    listAll: async () =>
      (await db.query('SELECT version, seq, body FROM resource WHERE NOT deleted ORDER BY rkey')).map(toCurrent),
    listen: (wake) => {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
    tryLead: (lock) => db.tryLead(lock),
    close: async () => {
      clearInterval(poll);
      wakes.clear();
      await unlisten();
      await db.close();
    },
  };
}
