import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from './postgres.ts';

let server: Postgres;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('gives every caller an empty database, with fsync on', async () => {
  const [one, two] = [await server.createDatabase(), await server.createDatabase()];
  await query(one, 'create table only_here (id int)');
  expect(await query(two, "select to_regclass('only_here') as found")).toEqual([{ found: null }]);
  expect(await query(two, 'show fsync')).toEqual([{ fsync: 'on' }]);
});

test('keeps what was committed over a kill', async () => {
  const url = await server.createDatabase();
  await query(url, 'create table kept (id int); insert into kept values (7)');
  await server.kill();
  await server.restart();
  expect(await query(url, 'select id from kept')).toEqual([{ id: 7 }]);
});
