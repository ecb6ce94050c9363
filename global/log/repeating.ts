import type { Db, Row } from './db.ts';
import { LogUnavailable } from './errors.ts';

/**
 * The same database, asked once more when it does not answer: a connection that lay idle may have been cut long ago, and
 * only its next use tells. So a query must be one that may be sent twice; all of the log are (an append knows its changes
 * by their ids).
 */
export function repeating(db: Db): Db {
  const query = async (sql: string, params?: readonly unknown[]): Promise<readonly Row[]> => {
    try {
      return await db.query(sql, params);
    } catch (error) {
      if (error instanceof LogUnavailable) return db.query(sql, params);
      throw error;
    }
  };
  return { ...db, query };
}
