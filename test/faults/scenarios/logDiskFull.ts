import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { until } from '../../../deploy/demo/until.ts';
import { postgresUser } from '../../support/postgresBinaries.ts';
import type { Scenario } from '../scenario.ts';

/** What the disk has besides the table, which the scenarios before this one have filled. */
const SPARE_MIB = 20;

export const scenario: Scenario = {
  what: "the disk of PostgreSQL's tables is full: writes are refused with 503 and the reason, resumes when there is space (needs root)",
  traffic: 'none may fail',
  run: async ({ postgres, store }, writes) => {
    const folder = await mkdtemp(join(tmpdir(), 'meridian-disk-'));
    const [table] = await sql(store, "SELECT pg_table_size('event') AS bytes");
    const mib = Math.ceil(Number(table?.bytes) / 2 ** 20) + SPARE_MIB;
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder]);
    try {
      const tables = join(folder, 'tables');
      execFileSync('mkdir', [tables]);
      if (postgresUser) await chown(tables, postgresUser.uid, postgresUser.gid);
      await sql(postgres.url, `CREATE TABLESPACE small LOCATION '${tables}'`);
      await sql(store, 'ALTER TABLE event SET TABLESPACE small');
      const ballast = join(folder, 'ballast');
      await writeFile(ballast, Buffer.alloc(mib * 2 ** 20)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
      await until({
        what: 'writes are refused with 503 that tells of the disk',
        probe: async () => [...writes.refused.keys()],
        holds: (answers) => answers.some((answer) => answer.startsWith('503 ') && answer.includes('No space left')),
        timeout: 60_000,
        pause: 50,
      });
      await rm(ballast);
      const before = writes.acknowledged.length;
      await until({
        what: 'writes are answered again',
        probe: async () => writes.acknowledged.length,
        holds: (count) => count > before,
        timeout: 30_000,
        pause: 50,
      });
      await sql(store, 'ALTER TABLE event SET TABLESPACE pg_default');
      await sql(postgres.url, 'DROP TABLESPACE small');
    } finally {
      execFileSync('umount', ['--lazy', folder]);
      await rm(folder, { recursive: true });
    }
  },
};

async function sql(url: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
