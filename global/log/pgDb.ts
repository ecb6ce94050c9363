import pg from 'pg';
import type { Db, Leadership, Row } from './db.ts';
import { LogUnavailable } from './errors.ts';

/** SQLSTATE classes that mean "not now" rather than "wrong": connection, resources, operator intervention. */
const TRANSIENT = /^(08|53|57)/;
const RECONNECT_MS = 200;

/** Log positions and versions are bigint in SQL; they stay far below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === 20 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** A PostgreSQL by its URL. Connections come back by themselves after it was away. */
export function pgDb(url: string): Db {
  const options = {
    connectionString: url,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: 2_000,
    types,
  };
  const pool = new pg.Pool({ ...options, max: 8 });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  return {
    query: async (sql, params = []) => {
      try {
        return (await pool.query(sql, [...params])).rows as Row[];
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    script: async (sql) => {
      try {
        await pool.query(`BEGIN;\n${sql}\nCOMMIT;`);
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    listen: (channel, wake) => listen(options, channel, wake),
    tryLead: (lock) => tryLead(options, lock),
    close: () => pool.end(),
  };
}

async function listen(options: pg.ClientConfig, channel: string, wake: () => void): Promise<() => Promise<void>> {
  let ended = false;
  let client: pg.Client | undefined;
  const connect = async (): Promise<void> => {
    if (ended) return;
    client = new pg.Client(options);
    client.on('notification', wake);
    client.on('error', () => {});
    client.on('end', () => setTimeout(() => void connect(), RECONNECT_MS).unref());
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      wake(); // something may have been committed while we were not listening
    } catch {
      await client.end().catch(() => {});
    }
  };
  await connect();
  return async () => {
    ended = true;
    await client?.end().catch(() => {});
  };
}

async function tryLead(options: pg.ClientConfig, lock: number): Promise<Leadership | undefined> {
  const client = new pg.Client(options);
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    await client.connect();
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS leads', [lock]);
    if (rows[0]?.leads === true) return { lost: lost.signal, release: () => client.end().catch(() => {}) };
  } catch {
    // Not reachable: nobody leads from here; the caller tries again.
  }
  await client.end().catch(() => {});
  return undefined;
}

function asUnavailable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const isSql = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  return !isSql || TRANSIENT.test(code) ? new LogUnavailable(error) : error;
}
