import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { ensureHubKeys } from '../hubAccess/ensureHubKeys.ts';
import { readHubKeys } from '../hubAccess/readHubKeys.ts';
import { openDb } from '../log/openDb.ts';
import { openPolicyLog } from './openPolicyLog.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const newKey = () => randomBytes(32).toString('base64');
const settings = {
  'store.url': '',
  'data.dir': '',
  'secrets.keyFile': '',
  'secrets.key': newKey(),
  'mesh.createDefault': true,
  now: () => new Date(),
};

it('instances that start at the same time on an empty database make what every log has once, and all go on', async () => {
  const url = await postgres.createDatabase();
  const opened = await Promise.all(
    ['a', 'b', 'c'].map(async () => {
      const log = await openPolicyLog({ ...settings, 'store.url': url });
      onTestFinished(() => log.events.close());
      return { ...log, hub: await ensureHubKeys(log.commands) };
    }),
  );
  const made = opened.flatMap((one) => [...one.made, ...one.hub]);
  expect(new Set(made).size).toBe(made.length);
  const names = (await opened[0]?.events.list('GlobalSecret'))?.map(({ resource }) => resource.name);
  expect(made.toSorted()).toEqual(names);
  const operators = await Promise.all(opened.map(({ commands }) => readHubKeys(commands)));
  expect(new Set(operators.map(({ operator }) => operator.getPublicKey())).size).toBe(1);
  expect(await opened[0]?.events.list('Mesh')).toHaveLength(1);
});

it('a log that was not opened, since another key sealed its secrets, is let go', async () => {
  const url = await postgres.createDatabase();
  const here = { ...settings, 'store.url': url };
  const { events } = await openPolicyLog(here);
  await events.close();
  await expect(openPolicyLog({ ...here, 'secrets.key': newKey() })).rejects.toThrow('another key-encryption key');
  const observer = await openDb({ url: postgres.url, directory: '' });
  onTestFinished(() => observer.close());
  await eventually(async () => {
    const name = new URL(url).pathname.slice(1);
    const rows = await observer.query('SELECT pid FROM pg_stat_activity WHERE datname = $1', [name]);
    expect(rows).toEqual([]);
  });
});
