import { z } from 'zod';
import type { LogEvent } from '../../shared/event/event.ts';
import type { ProposedChange } from './append.ts';
import type { Db } from './db.ts';
import { IdempotencyKeyReused } from './errors.ts';
import { findChange } from './find.ts';

const commandRow = z.object({ change_id: z.string(), request_hash: z.string() });

/** The events of the change that was appended under an idempotency key. @throws IdempotencyKeyReused for another request */
export async function findAnswered(
  db: Db,
  { key, requestHash }: NonNullable<ProposedChange['idempotency']>,
): Promise<readonly LogEvent[] | undefined> {
  const [row] = await db.query('SELECT change_id, request_hash FROM command WHERE key = $1', [key]);
  if (row === undefined) return undefined;
  const { change_id: id, request_hash: hash } = commandRow.parse(row);
  if (hash !== requestHash) throw new IdempotencyKeyReused(key);
  return findChange(db, id);
}
