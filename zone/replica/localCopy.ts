import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** A resource of the policy log as it is kept on disk: secrets stay sealed. */
export interface CopiedEntry {
  /** `mesh/type/name` */
  readonly key: string;
  readonly version: number;
  /** JSON of the resource. */
  readonly body: string;
}

const headSchema = z.object({ log_id: z.string(), position: z.number() });
const entrySchema = z.object({ key: z.string(), version: z.number(), body: z.string() });
const grantSchema = z.object({ key_id: z.string(), body: z.string() });

/** Entries to write, `undefined` body: deleted. */
export interface CopiedChanges {
  readonly logId: string;
  readonly position: number;
  readonly entries: ReadonlyMap<string, { readonly version: number; readonly body: string | undefined }>;
  readonly grants: ReadonlyMap<string, string>;
}

/**
 * The zone's own copy of the policy log on disk, so that it starts without global and without its nats-server's
 * mirror. Entries and checkpoint are written in one transaction; a crash leaves an older, consistent copy.
 */
export class LocalCopy {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#db = new DatabaseSync(file);
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), log_id TEXT NOT NULL, position INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS key_grant (key_id TEXT PRIMARY KEY, body TEXT NOT NULL);`);
  }

  /** @returns undefined when nothing was copied yet. */
  load():
    | { logId: string; position: number; entries: CopiedEntry[]; grants: { keyId: string; body: string }[] }
    | undefined {
    const row = this.#db.prepare('SELECT log_id, position FROM head').get();
    if (!row) return undefined;
    const head = headSchema.parse(row);
    return {
      logId: head.log_id,
      position: head.position,
      entries: z.array(entrySchema).parse(this.#db.prepare('SELECT key, version, body FROM entry').all()),
      grants: z
        .array(grantSchema)
        .parse(this.#db.prepare('SELECT key_id, body FROM key_grant').all())
        .map(({ key_id, body }) => ({ keyId: key_id, body })),
    };
  }

  /** @param replace forget everything first: the copy is of another log, or was filled anew. */
  save({ logId, position, entries, grants }: CopiedChanges, replace = false): void {
    this.#db.exec('BEGIN');
    try {
      if (replace) this.#db.exec('DELETE FROM entry; DELETE FROM key_grant;');
      const put = this.#db.prepare('INSERT OR REPLACE INTO entry (key, version, body) VALUES (?, ?, ?)');
      const remove = this.#db.prepare('DELETE FROM entry WHERE key = ?');
      for (const [key, { version, body }] of entries) {
        if (body === undefined) remove.run(key);
        else put.run(key, version, body);
      }
      const putGrant = this.#db.prepare('INSERT OR REPLACE INTO key_grant (key_id, body) VALUES (?, ?)');
      const removeGrant = this.#db.prepare('DELETE FROM key_grant WHERE key_id = ?');
      for (const [keyId, body] of grants) {
        if (body === '') removeGrant.run(keyId);
        else putGrant.run(keyId, body);
      }
      this.#db.prepare('INSERT OR REPLACE INTO head (one, log_id, position) VALUES (1, ?, ?)').run(logId, position);
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}
