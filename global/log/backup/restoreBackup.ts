import { z } from 'zod';
import type { Db } from '../db.ts';
import { migrate } from '../migrate.ts';
import { count } from '../rows.ts';
import { rebuildState } from '../state.ts';
import { type CheckedBackup, checkBackup } from './checkBackup.ts';
import type { EventLine } from './format.ts';

const AT_ONCE = 200;
const headRow = z.object({ last_seq: count, migration: count });

/**
 * Brings an empty database to what the backup holds: events, state, keys, the log's id, or a new one. The head is set last: a restore that broke off
 * leaves an empty log, and is begun again.
 * @param options a new id makes it another log, so that whoever followed the old one takes nothing of it for this one's
 * @throws Error when the database holds a log, is of an older form, or the backup is not good: then it holds nothing
 */
export async function restoreBackup(
  db: Db,
  lines: AsyncIterable<string>,
  { logId = '' }: { readonly logId?: string } = {},
): Promise<CheckedBackup> {
  await migrate(db);
  const [row] = await db.query(
    "SELECT last_seq, (SELECT max(id) FROM migration) AS migration FROM log_head WHERE log = 'global'",
  );
  const { last_seq: head, migration } = headRow.parse(row);
  if (head > 0) throw new Error(`the database holds a log already, up to position ${head}; restore into an empty one`);
  await empty(db);
  let batch: EventLine[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    await fill(db, 'event', batch);
    batch = [];
  };
  try {
    const backup = await checkBackup(lines, {
      head: async (told) => {
        if (told.migration > migration)
          throw new Error(
            `the backup is of a newer version (migration ${told.migration}, this one knows ${migration})`,
          );
      },
      event: async (event) => {
        if (batch.push(event) >= AT_ONCE) await flush();
      },
    });
    await flush();
    const { dataKeys, zoneKeys, hubCredentials } = backup.head;
    await fill(db, 'data_key', dataKeys);
    await fill(db, 'zone_key', zoneKeys);
    await fill(db, 'hub_credential', hubCredentials);
    await rebuildState(db);
    // Whoever knew the former history is refused once, and looks anew.
    await db.query("UPDATE log_head SET log_id = $1::uuid, last_seq = $2, fence = fence + 1 WHERE log = 'global'", [
      logId || backup.head.logId,
      backup.head.head,
    ]);
    return backup;
  } catch (error) {
    await empty(db);
    throw error;
  }
}

async function fill(
  db: Db,
  table: 'event' | 'data_key' | 'zone_key' | 'hub_credential',
  rows: readonly object[],
): Promise<void> {
  const statement = `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  await db.query(statement, [JSON.stringify(rows)]);
}

async function empty(db: Db): Promise<void> {
  await db.script(
    'DELETE FROM event; DELETE FROM resource; DELETE FROM data_key; DELETE FROM zone_key; DELETE FROM hub_credential;',
  );
}
