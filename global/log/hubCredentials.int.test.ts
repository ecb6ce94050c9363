import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import type { Db } from './db.ts';
import { LogUnavailable } from './errors.ts';
import { openEventLog } from './eventLog.ts';
import { hubCredentials, type IssuedCredential } from './hubCredentials.ts';
import { openDb } from './openDb.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const credential: IssuedCredential = {
  ...{ userKey: 'U1', zone: 'east', tokenId: 't', tokenKey: 'k', issuedAt: NOW },
  expiresAt: new Date('2026-02-01T00:00:00Z'),
};

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

/** The credentials of a log whose database answers the next write no more after it was done, when told so. */
async function world() {
  const db = await openDb({ url: await postgres.createDatabase(), directory: '' });
  let cut = false;
  const breaking: Db = {
    ...db,
    query: async (sql, params) => {
      const rows = await db.query(sql, params);
      if (!cut || !sql.includes('INSERT INTO hub_credential')) return rows;
      cut = false;
      throw new LogUnavailable('the connection was cut');
    },
  };
  const log = await openEventLog(breaking);
  onTestFinished(() => log.close());
  return {
    issued: hubCredentials(log.db),
    cutNext: () => {
      cut = true;
    },
  };
}

it('a credential that was noted when the connection to the database broke is noted once', async () => {
  const { issued, cutNext } = await world();
  cutNext();
  await issued.add(credential);
  expect(await issued.current(NOW)).toEqual([credential]);
});

it('of a key there is one credential, so that none is forgotten which could be revoked', async () => {
  const { issued } = await world();
  await issued.add(credential);
  for (const other of [{ zone: 'west' }, { tokenId: 'u' }, { expiresAt: new Date('2027-01-01T00:00:00Z') }])
    await expect(issued.add({ ...credential, ...other })).rejects.toThrow('has a credential already');
  expect(await issued.current(NOW)).toEqual([credential]);
});
