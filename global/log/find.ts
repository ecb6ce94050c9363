import type { LogEvent } from '../../shared/event/event.ts';
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
  readonly limit: number;
  readonly order: 'asc' | 'desc';
}

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
  // rkey is mesh/type/name, with - for the global scope.
  where("split_part(rkey, '/', 1) = ?", filter.mesh === undefined ? undefined : filter.mesh || '-');
  where("split_part(rkey, '/', 2) = ?", filter.type);
  where("split_part(rkey, '/', 3) = ?", filter.name);
  where('change_id::text = ?', filter.changeId);
  where("author->>'user' = ?", filter.user);
  params.push(filter.limit);
  const sql = `SELECT * FROM event ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY seq ${filter.order === 'asc' ? 'ASC' : 'DESC'} LIMIT $${params.length}`;
  return (await db.query(sql, params)).map(toEvent);
}
