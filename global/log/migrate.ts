import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Db } from './db.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const BREAKING = '--! breaking';

const rowSchema = z.object({ id: z.coerce.number(), breaking: z.boolean() });

/** A migration of this build, from `migrations/000001.sql`. */
interface Migration {
  readonly id: number;
  readonly sql: string;
  readonly breaking: boolean;
}

/**
 * Brings the database to this build's form. Each migration runs in a transaction that first writes its own row, so of two
 * instances that start at once one does the work and the other sees the duplicate key and goes on.
 * @throws Error when the database was migrated by a newer build in a way that this one cannot live with.
 */
export async function migrate(db: Db): Promise<void> {
  await db.query(
    'CREATE TABLE IF NOT EXISTS migration (id int PRIMARY KEY, breaking boolean NOT NULL, at timestamptz NOT NULL DEFAULT now())',
  );
  const known = migrations();
  const done = z.array(rowSchema).parse(await db.query('SELECT id, breaking FROM migration ORDER BY id'));
  const newest = known.at(-1)?.id ?? 0;
  const ahead = done.find(({ id, breaking }) => id > newest && breaking);
  if (ahead) {
    throw new Error(
      `the database has migration ${ahead.id}, which this version does not know and cannot live with; start the newer version, or restore a backup`,
    );
  }
  for (const migration of known.filter(({ id }) => !done.some((row) => row.id === id))) await run(db, migration);
}

async function run(db: Db, { id, sql, breaking }: Migration): Promise<void> {
  try {
    await db.script(`INSERT INTO migration (id, breaking) VALUES (${id}, ${breaking});\n${sql}`);
  } catch (error) {
    const DUPLICATE_KEY = '23505';
    if ((error as { code?: string }).code !== DUPLICATE_KEY) throw error;
  }
}

function migrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{6}\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, FOLDER), 'utf8');
      return { id: Number.parseInt(file, 10), sql, breaking: sql.startsWith(BREAKING) };
    });
}
