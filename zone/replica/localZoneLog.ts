import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { resourceSchema } from '../../shared/event/message.ts';
import { zoneMessageBody } from '../../shared/event/zoneMessage.ts';
import { keyText, type Resource, type ResourceKey } from '../../shared/resource/resource.ts';
import { StaleWrite, type ZoneChangeLog, type ZoneWrite } from './ports.ts';

/** Its name in the zone's data folder. */
export const ZONE_LOG_FILE = 'zone-log.sqlite';

/** What the log says of a resource, `null`: that it was deleted. */
export interface LocalMessage {
  readonly key: ResourceKey;
  readonly resource: Resource | null;
  readonly sequence: number;
}

const head = z.object({ sequence: z.number() });
const row = z.object({ sequence: z.number(), body: z.string() });

/**
 * The zone log in a file, for a control plane that is alone: of every resource the last message, as in the stream ZONE. A write
 * that was answered survives the process; a crash of the machine may take the last moments.
 */
export class LocalZoneLog implements ZoneChangeLog {
  readonly #db: DatabaseSync;
  readonly #listeners = new Set<(message: LocalMessage) => void>();
  /** Numbers may come again after a restart, when the last messages were deletions: views begin anew then, too. */
  #sequence: number;

  /** @throws Error when another process has the file open */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#db = new DatabaseSync(file);
    try {
      this.#db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        CREATE TABLE IF NOT EXISTS message (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, body TEXT NOT NULL);`);
    } catch (cause) {
      throw new Error(`the zone log ${file} cannot be opened; only one process may have it open at a time`, { cause });
    }
    const last = this.#db.prepare('SELECT coalesce(max(sequence), 0) AS sequence FROM message').get();
    this.#sequence = head.parse(last).sequence;
  }

  /** All that is there, in the order it was written. */
  *messages(): Iterable<LocalMessage & { readonly resource: Resource }> {
    for (const one of this.#db.prepare('SELECT sequence, body FROM message ORDER BY sequence').iterate()) {
      const { sequence, body } = row.parse(one);
      const resource = resourceSchema.parse(JSON.parse(body)) as Resource;
      yield { key: resource, resource, sequence };
    }
  }

  /** Calls back with each message before its write is answered, synchronously. Returns the function that ends it. */
  onWritten(listener: (message: LocalMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async put(resource: Resource, expected?: number): Promise<number> {
    return this.putAll([{ resource, expected }]);
  }

  async putAll(writes: readonly ZoneWrite[]): Promise<number> {
    for (const { resource, expected } of writes) this.#expect(keyText(resource), expected);
    const first = this.#sequence + 1;
    const insert = this.#db.prepare('INSERT OR REPLACE INTO message (key, sequence, body) VALUES (?, ?, ?)');
    this.#together(() => {
      for (const [index, { resource }] of writes.entries())
        insert.run(keyText(resource), first + index, zoneMessageBody(resource));
    });
    for (const [index, { resource }] of writes.entries())
      this.#tell({ key: resource, resource, sequence: first + index });
    return this.#sequence;
  }

  async delete(key: ResourceKey, expected?: number): Promise<number> {
    this.#expect(keyText(key), expected);
    this.#db.prepare('DELETE FROM message WHERE key = ?').run(keyText(key));
    return this.#tell({ key, resource: null, sequence: this.#sequence + 1 });
  }

  close(): void {
    this.#db.close();
  }

  /** All of it or, when it throws, nothing. */
  #together(write: () => void): void {
    this.#db.exec('BEGIN');
    try {
      write();
      this.#db.exec('COMMIT');
    } catch (cause) {
      // A full disk has ended it already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw cause;
    }
  }

  /** @throws StaleWrite */
  #expect(key: string, expected: number | undefined): void {
    const last = this.#db.prepare('SELECT sequence FROM message WHERE key = ?').get(key);
    const actual = last ? head.parse(last).sequence : 0;
    if (expected !== undefined && expected !== actual)
      throw new StaleWrite(`${key}: expected sequence ${expected}, it is ${actual}`);
  }

  #tell(message: LocalMessage): number {
    this.#sequence = message.sequence;
    for (const listener of this.#listeners) listener(message);
    return message.sequence;
  }
}
