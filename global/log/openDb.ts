import type { Db } from './db.ts';
import { pgDb } from './pgDb.ts';
import { pgliteDb } from './pgliteDb.ts';

/** The database of the log: PostgreSQL when a URL is given, else the embedded one in the folder. */
export async function openDb({ url, directory }: { readonly url: string; readonly directory: string }): Promise<Db> {
  return url === '' ? pgliteDb(directory) : pgDb(url);
}
