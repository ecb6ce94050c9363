import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Db } from './db.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const BREAKING = '--! breaking';

const UNIQUE_VIOLATION = '23505';
/** What one of two `CREATE TABLE IF NOT EXISTS` at the same moment may get. */
const CLASHES = [UNIQUE_VIOLATION, '42P07', '42710'];

const rowSchema = z.object({ id: z.number(), breaking: z.boolean() });

/** A migration of this build, from `migrations/000001.sql`. */
export interface Migration {
  readonly id: number;
  readonly sql: string;
  /** Its first line is `--! breaking`: older versions of the program cannot live with the result. */
  readonly breaking: boolean;
}

/**
 * Brings the database to this build's form. Each migration runs in a transaction that first writes its own row, so of two
 * instances that start at once one does the work and the other waits for it, sees the duplicate key and goes on.
 * @throws Error when the database was migrated by a newer build in a way that this one cannot live with.
 */
export async function migrate(db: Db, migrations: readonly Migration[] = ownMigrations()): Promise<void> {
  await unlessClash(CLASHES, () =>
    db.query(
      'CREATE TABLE IF NOT EXISTS migration (id int PRIMARY KEY, breaking boolean NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    ),
  );
  const done = await applied(db);
  const newest = migrations.at(-1)?.id ?? 0;
  const ahead = done.find(({ id, breaking }) => id > newest && breaking);
  if (ahead) {
    throw new Error(
      `the database has migration ${ahead.id}, which this version does not know and cannot live with; start the newer version, or restore a backup`,
    );
  }
  for (const migration of migrations.filter(({ id }) => !done.some((row) => row.id === id))) await run(db, migration);
}

async function run(db: Db, { id, sql, breaking }: Migration): Promise<void> {
  const script = `INSERT INTO migration (id, breaking) VALUES (${id}, ${breaking});\n${sql}`;
  await unlessClash([UNIQUE_VIOLATION], () => db.script(script));
  // A clash in the migration itself is no sign that another instance did it.
  if (!(await applied(db)).some((row) => row.id === id)) throw new Error(`migration ${id} failed: duplicate key`);
}

async function applied(db: Db) {
  return z.array(rowSchema).parse(await db.query('SELECT id, breaking FROM migration ORDER BY id'));
}

async function unlessClash(codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!codes.includes(String((error as { code?: unknown }).code))) throw error;
  }
}

function ownMigrations(): readonly Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{6}\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, FOLDER), 'utf8');
      return { id: Number.parseInt(file, 10), sql, breaking: sql.startsWith(BREAKING) };
    });
}
