import { z } from 'zod';
import type { LogEvent } from '../../shared/event/event.ts';
import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';
import { appender, type ProposedChange } from './append.ts';
import type { Db, Leadership } from './db.ts';
import { FencedOut } from './errors.ts';
import { findAnswered } from './findAnswered.ts';
import { type EventFilter, findEvents } from './find.ts';
import { groupCommit, type Outcome } from '../../shared/event/groupCommit.ts';
import { migrate } from './migrate.ts';
import { RecentEvents } from './recentEvents.ts';
import { count, type Current, type Standing, toCurrent, toEvent, toStanding } from './rows.ts';
import { repeating } from './repeating.ts';
import { rebuildState, stateDifferences } from './state.ts';
import { wakeUps } from './wakeUps.ts';

export const LOG_CHANNEL = 'meridian_log';

/** The policy log of global: the truth. All promises reject with LogUnavailable while the database is away. */
export interface EventLog {
  /** Names this installation: a zone pointed at another global must notice. */
  readonly logId: string;
  /**
   * @returns the events as they stand in the log.
   * @throws VersionConflict, IdempotencyKeyReused, UnstorableChange: nothing of the change was written. LogUnavailable: that is
   * not known, but the change may be appended again under its id.
   */
  append(change: ProposedChange): Promise<readonly LogEvent[]>;
  /** What was appended under an idempotency key, if anything was. @throws IdempotencyKeyReused for another request */
  answered(idempotency: NonNullable<ProposedChange['idempotency']>): Promise<readonly LogEvent[] | undefined>;
  /** Events after a position, contiguous; only what can no longer be preceded by anything. */
  read(after: number, limit: number): Promise<readonly LogEvent[]>;
  /** As `read`, for who follows the log closely: what this instance appended a moment ago is not asked for again. */
  follow(after: number, limit: number): Promise<readonly LogEvent[]>;
  /** For people: by resource, change, author. */
  find(filter: EventFilter): Promise<readonly LogEvent[]>;
  /** Position of the newest event; 0: the log is empty. */
  head(): Promise<number>;
  /** @throws WrittenByNewer */
  current(key: ResourceKey): Promise<Current | undefined>;
  /** Sorted by mesh, then name, in byte order. @throws WrittenByNewer */
  list(type: string, mesh?: string): Promise<readonly Current[]>;
  /** Sorted by mesh, type, name, in byte order; also of types and in forms that this version does not know. */
  listAll(): Promise<readonly Standing[]>;
  /** Calls back when there is something new, by whichever instance. Returns the function that ends it. */
  listen(wake: () => void): () => void;
  /** @returns leadership for singletons such as the relay; undefined while another instance has it. See `onLeader`. */
  tryLead(lock: number): Promise<Leadership | undefined>;
  /** Key texts of resources whose current state is not the fold of the log; empty when all is well. */
  stateDifferences(): Promise<readonly string[]>;
  /** Makes the current state anew from the log. @returns what had differed. */
  rebuildState(): Promise<readonly string[]>;
  readonly db: Db;
  close(): Promise<void>;
}

/** Most keys that are asked for in one query. */
const READS = 256;

const headRow = z.object({ log_id: z.string(), last_seq: count, fence: count });
const STATE = 'SELECT mesh, kind, name, version, seq, schema_ver, body FROM resource';

/** Opens the log on a database, bringing its tables up to date. Closing it closes the database. */
export async function openEventLog(database: Db): Promise<EventLog> {
  const db = repeating(database);
  await migrate(db);
  const headOf = async () =>
    headRow.parse((await db.query("SELECT log_id, last_seq, fence FROM log_head WHERE log = 'global'"))[0]);
  const head = async () => (await headOf()).last_seq;
  const opened = await headOf();
  const logId = opened.log_id;
  let fence = opened.fence;
  const news = await wakeUps(db, LOG_CHANNEL, head);
  const append = appender(db, () => fence);
  const recent = new RecentEvents();
  const state = async (rest: string, params: readonly unknown[] = []) =>
    (await db.query(`${STATE} ${rest}`, params)).map(toStanding);

  const read = async (after: number, limit: number) =>
    (await db.query('SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2', [after, limit])).map(toEvent);
  // Under load, those who ask at the same time share one query, as those who append share one commit.
  const current = groupCommit(async (keys: readonly string[]) => {
    const found = await state('WHERE rkey = ANY($1) AND NOT deleted', [keys]);
    const byKey = new Map(found.map((one) => [keyText(one.key), one]));
    return keys.map((key) => currentOutcome(byKey.get(key)));
  }, READS);

  return {
    logId,
    db,
    append: async (change) => {
      try {
        const events = await recent.keep(append(change));
        news.committed(events.at(-1)?.position ?? 0);
        return events;
      } catch (error) {
        if (error instanceof FencedOut) {
          // The log was restored to an older state: what we remember may not be in it.
          recent.clear();
          ({ fence } = await headOf());
        }
        throw error;
      }
    },
    answered: (idempotency) => findAnswered(db, idempotency),
    read,
    follow: async (after, limit) => {
      const events = await recent.after(after, limit);
      return events.length > 0 ? events : read(after, limit);
    },
    find: (filter) => findEvents(db, filter),
    head,
    current: (key) => current(keyText(key)),
    list: async (type, mesh) => {
      const found = await (mesh === undefined
        ? state('WHERE kind = $1 AND NOT deleted ORDER BY mesh COLLATE "C", name COLLATE "C"', [type])
        : state('WHERE kind = $1 AND mesh = $2 AND NOT deleted ORDER BY name COLLATE "C"', [type, mesh]));
      return found.map(toCurrent);
    },
    listAll: () => state('WHERE NOT deleted ORDER BY mesh COLLATE "C", kind COLLATE "C", name COLLATE "C"'),
    listen: news.listen,
    tryLead: (lock) => db.tryLead(lock),
    stateDifferences: () => stateDifferences(db),
    rebuildState: () => rebuildState(db),
    close: async () => {
      await news.close();
      await db.close();
    },
  };
}

/** One that cannot be read must not hurt those that were asked for with it. */
function currentOutcome(one: Standing | undefined): Outcome<Current | undefined> {
  try {
    return { result: one && toCurrent(one) };
  } catch (error) {
    return { error };
  }
}
