import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { type Migration, migrate } from './migrate.ts';
import { pgDb } from './pgDb.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const first: Migration = { id: 1, breaking: false, sql: 'CREATE TABLE t (n int);' };
const second: Migration = { id: 2, breaking: false, sql: 'INSERT INTO t VALUES (2);' };

it('runs each migration once, also when many start at once', async () => {
  const url = await postgres.createDatabase();
  const dbs = Array.from({ length: 6 }, () => pgDb(url));
  await Promise.all(dbs.map((db) => migrate(db, [first, second])));
  await migrate(dbs[0]!, [first, second]);
  expect(await dbs[0]!.query('SELECT n FROM t')).toEqual([{ n: 2 }]);
  await Promise.all(dbs.map((db) => db.close()));
});

it('undoes a migration that fails, and says so', async () => {
  const db = pgDb(await postgres.createDatabase());
  const bad = { ...second, sql: 'INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1);' };
  await expect(migrate(db, [first, bad])).rejects.toMatchObject({ code: '42P01' });
  const clash = { ...second, sql: 'INSERT INTO migration (id, breaking) VALUES (1, false);' };
  await expect(migrate(db, [first, clash])).rejects.toThrow('migration 2 failed');
  expect(await db.query('SELECT n FROM t')).toEqual([]);
  await migrate(db, [first, second]);
  expect(await db.query('SELECT n FROM t')).toEqual([{ n: 2 }]);
  await db.close();
});

it('lives with a newer database, unless a migration there broke with the past', async () => {
  const db = pgDb(await postgres.createDatabase());
  await migrate(db, [first, second]);
  await migrate(db, [first]);
  await migrate(db, [first, second, { id: 3, breaking: true, sql: 'ALTER TABLE t RENAME TO u;' }]);
  await expect(migrate(db, [first, second])).rejects.toThrow('has migration 3, which this version does not know');
  await db.close();
});
