import { z } from 'zod';
import type { Db } from './db.ts';

/** The fold of the log, as `resource` should hold it. */
const FOLD = `SELECT DISTINCT ON (rkey) rkey, mesh, kind, name, version, seq, schema_ver,
                type = 'ResourceDeleted' AS deleted, data AS body
              FROM event ORDER BY rkey, seq DESC`;

const DIFFERENCES = `SELECT rkey FROM (${FOLD}) f FULL JOIN resource r USING (rkey)
  WHERE (f.version, f.seq, f.deleted, f.body) IS DISTINCT FROM (r.version, r.seq, r.deleted, r.body) ORDER BY rkey`;

/** Key texts of resources whose current state is not what the log says. Empty, or something is broken. */
export async function stateDifferences(db: Db): Promise<readonly string[]> {
  const rows = z.array(z.object({ rkey: z.string() })).parse(await db.query(DIFFERENCES));
  return rows.map(({ rkey }) => rkey);
}

/**
 * Makes the current state anew from the log, in one transaction that holds up writers.
 * @returns what had differed.
 */
export async function rebuildState(db: Db): Promise<readonly string[]> {
  const differing = await stateDifferences(db);
  await db.script(`SELECT FROM log_head WHERE log = 'global' FOR UPDATE;
    DELETE FROM resource;
    INSERT INTO resource (rkey, mesh, kind, name, version, seq, schema_ver, deleted, body) ${FOLD};`);
  return differing;
}
