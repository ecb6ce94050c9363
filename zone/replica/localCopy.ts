import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** A resource of the policy log as it is kept on disk: as it was published, secrets sealed. */
export interface CopiedEntry {
  /** `mesh/type/name` */
  readonly key: string;
  readonly version: number;
  /** Of the event that made it so. */
  readonly schema: number;
  readonly position: number;
  /** JSON; `undefined`: deleted. */
  readonly body: string | undefined;
}

/** An event that could not be applied. What the resource was before may be an entry besides. */
export interface CopiedAside extends CopiedEntry {
  readonly reason: string;
}

/** What is written together. */
interface CopiedChanges {
  readonly logId: string;
  readonly position: number;
  readonly entries: readonly CopiedEntry[];
  /** Set aside, by key; `undefined`: no more. */
  readonly aside: ReadonlyMap<string, CopiedAside | undefined>;
  readonly grants: ReadonlyMap<string, string>;
}

interface Copied {
  readonly logId: string;
  readonly position: number;
  readonly entries: readonly CopiedEntry[];
  readonly aside: readonly CopiedAside[];
  readonly grants: readonly { readonly keyId: string; readonly body: string }[];
}

const headSchema = z.object({ log_id: z.string(), position: z.number() });
const entrySchema = z.object({
  key: z.string(),
  version: z.number(),
  schema: z.number(),
  position: z.number(),
  body: z.string(),
});
const asideSchema = entrySchema.extend({
  body: z
    .string()
    .nullable()
    .transform((body) => body ?? undefined),
  reason: z.string(),
});
const grantSchema = z.object({ key_id: z.string(), body: z.string() });

/** Form of the tables. A copy of another form is dropped: the mirror fills it again. */
const FORM = 2;
const TABLES = `
  DROP TABLE IF EXISTS head; DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS aside;
  DROP TABLE IF EXISTS key_grant;
  CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), log_id TEXT NOT NULL, position INTEGER NOT NULL);
  CREATE TABLE entry (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    schema INTEGER NOT NULL, position INTEGER NOT NULL);
  CREATE TABLE aside (key TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT,
    schema INTEGER NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL);
  CREATE TABLE key_grant (key_id TEXT PRIMARY KEY, body TEXT NOT NULL);
  PRAGMA user_version = ${FORM};`;

/**
 * The zone's own copy of the policy log on disk, so that it starts without global and without its nats-server's
 * mirror. Entries and checkpoint are written in one transaction; a crash leaves an older, consistent copy.
 */
export class LocalCopy {
  readonly #db: DatabaseSync;
  #found: Copied | undefined;

  /** @param onBroken told when the file cannot be read: it is put aside, and the mirror fills a new one. */
  constructor(file: string, onBroken: (error: Error) => void = () => {}) {
    mkdirSync(dirname(file), { recursive: true });
    let db: DatabaseSync | undefined;
    try {
      db = open(file);
      this.#found = read(db);
    } catch (error) {
      onBroken(new Error(`${file} cannot be read and is put aside: ${(error as Error).message}`));
      // SQLite deletes the journal of the file's name with the last connection: by then that would be the new one's.
      db?.close();
      db = undefined;
      renameSync(file, `${file}.broken`);
      for (const journal of ['-wal', '-shm']) rmSync(`${file}${journal}`, { force: true });
    }
    this.#db = db ?? open(file);
  }

  /** What was there when it was opened: told once, since it is not kept in memory. @returns undefined when nothing was copied yet. */
  load(): Copied | undefined {
    const found = this.#found;
    this.#found = undefined;
    return found;
  }

  /** @param replace forget all entries first: the copy was filled anew. */
  save({ logId, position, entries, aside, grants }: CopiedChanges, replace = false): void {
    this.#db.exec('BEGIN');
    try {
      if (replace) this.#db.exec('DELETE FROM entry; DELETE FROM aside;');
      this.#saveEntries(entries);
      this.#saveAside(aside);
      this.#saveGrants(grants);
      this.#db.prepare('INSERT OR REPLACE INTO head (one, log_id, position) VALUES (1, ?, ?)').run(logId, position);
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk has ended it already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  #saveEntries(entries: readonly CopiedEntry[]): void {
    const put = this.#db.prepare(
      'INSERT OR REPLACE INTO entry (key, version, body, schema, position) VALUES (?, ?, ?, ?, ?)',
    );
    const remove = this.#db.prepare('DELETE FROM entry WHERE key = ?');
    for (const { key, version, body, schema, position } of entries) {
      if (body === undefined) remove.run(key);
      else put.run(key, version, body, schema, position);
    }
  }

  #saveAside(aside: CopiedChanges['aside']): void {
    const put = this.#db.prepare(
      'INSERT OR REPLACE INTO aside (key, version, body, schema, position, reason) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const remove = this.#db.prepare('DELETE FROM aside WHERE key = ?');
    for (const [key, one] of aside) {
      if (one) put.run(key, one.version, one.body ?? null, one.schema, one.position, one.reason);
      else remove.run(key);
    }
  }

  #saveGrants(grants: CopiedChanges['grants']): void {
    const put = this.#db.prepare('INSERT OR REPLACE INTO key_grant (key_id, body) VALUES (?, ?)');
    const remove = this.#db.prepare('DELETE FROM key_grant WHERE key_id = ?');
    for (const [keyId, body] of grants) {
      if (body === '') remove.run(keyId);
      else put.run(keyId, body);
    }
  }
}

function read(db: DatabaseSync): Copied | undefined {
  const row = db.prepare('SELECT log_id, position FROM head').get();
  if (!row) return undefined;
  const head = headSchema.parse(row);
  return {
    logId: head.log_id,
    position: head.position,
    entries: z.array(entrySchema).parse(db.prepare('SELECT * FROM entry').all()),
    aside: z.array(asideSchema).parse(db.prepare('SELECT * FROM aside').all()),
    grants: z
      .array(grantSchema)
      .parse(db.prepare('SELECT key_id, body FROM key_grant').all())
      .map(({ key_id, body }) => ({ keyId: key_id, body })),
  };
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const { user_version: form } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (form !== FORM) db.exec(TABLES);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
