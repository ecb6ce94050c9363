import type { EventType, LogEvent } from '../../shared/event/event.ts';
import type { Db } from './db.ts';
import { toEvent } from './rows.ts';

/** Which events to show; all given parts must hold. */
export interface EventFilter {
  /** Positions greater, positions less. */
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  /** `''`: the global scope. */
  readonly mesh?: string | undefined;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly changeId?: string | undefined;
  readonly user?: string | undefined;
  readonly event?: EventType | undefined;
  readonly limit: number;
  readonly order: 'asc' | 'desc';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** History for people: `GET /log`, `meridian log`. */
export async function findEvents(db: Db, filter: EventFilter): Promise<readonly LogEvent[]> {
  const params: unknown[] = [];
  const conditions: string[] = [];
  const where = (condition: string, value: unknown) => {
    if (value === undefined) return;
    params.push(value);
    conditions.push(condition.replace('?', `$${params.length}`));
  };
  where('seq > ?', filter.after);
  where('seq < ?', filter.before);
  where('mesh = ?', filter.mesh);
  where('kind = ?', filter.type);
  where('name = ?', filter.name);
  where('type = ?', filter.event);
  where("author->>'user' = ?", filter.user);
  if (filter.changeId !== undefined) {
    if (!UUID.test(filter.changeId)) return [];
    where('change_id = ?::uuid', filter.changeId);
  }
  params.push(filter.limit);
  const clause = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const direction = filter.order === 'asc' ? 'ASC' : 'DESC';
  const sql = `SELECT * FROM event ${clause} ORDER BY seq ${direction} LIMIT $${params.length}`;
  return (await db.query(sql, params)).map(toEvent);
}

/** All events of one change, in order. */
export async function findChange(db: Db, id: string): Promise<readonly LogEvent[]> {
  return (await db.query('SELECT * FROM event WHERE change_id = $1 ORDER BY change_index', [id])).map(toEvent);
}
