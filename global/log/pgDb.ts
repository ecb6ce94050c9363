import pg from 'pg';
import type { Db, Row } from './db.ts';
import { LogUnavailable } from './errors.ts';
import { pgLeadership } from './pgLeadership.ts';
import { pgListen } from './pgListen.ts';

/** SQLSTATE classes that mean "not now" rather than "wrong": connection, resources, operator intervention. */
const TRANSIENT = /^(08|53|57)/;
/** A database that takes longer is as good as away. */
const QUERY_TIMEOUT_MS = 15_000;
const SCRIPT_TIMEOUT_MS = 3_600_000;

/** Log positions and versions are bigint in SQL; they stay far below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** A PostgreSQL by its URL. Connections come back by themselves after it was away. */
export function pgDb(url: string): Db {
  const options = {
    connectionString: url,
    application_name: 'meridian',
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: 3_000,
    types,
  };
  const pool = new pg.Pool({ ...options, max: 8 });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {});
  const leadership = pgLeadership(options);

  const query = async (text: string, values: readonly unknown[], timeout: number): Promise<readonly Row[]> => {
    // One query may have its own timeout; the types of pg do not know it.
    const config: pg.QueryConfig & { readonly query_timeout: number } = { text, query_timeout: timeout };
    if (values.length > 0) config.values = [...values];
    try {
      return (await pool.query(config)).rows as Row[];
    } catch (error) {
      throw asUnavailable(error);
    }
  };
  return {
    query: (sql, params = []) => query(sql, params, QUERY_TIMEOUT_MS),
    // One simple query is one transaction, until a statement of it fails; then pg ends the connection, and all is undone.
    script: async (sql) => void (await query(`BEGIN;\n${sql}\nCOMMIT;`, [], SCRIPT_TIMEOUT_MS)),
    listen: (channel, wake) => pgListen(options, channel, wake),
    tryLead: leadership.tryLead,
    close: async () => {
      await leadership.close();
      await pool.end();
    },
  };
}

function asUnavailable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const isSql = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  return !isSql || TRANSIENT.test(code) ? new LogUnavailable(error) : error;
}
