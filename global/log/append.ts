import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Author, EVENT_SCHEMA, type LogEvent, type NewEvent } from '../../shared/event/event.ts';
import { keyText, parseKeyText } from '../../shared/resource/resource.ts';
import type { Db } from './db.ts';
import { LogUnavailable, VersionConflict } from './errors.ts';

/** Several events that are written together or not at all. */
export interface ProposedChange {
  readonly id: string;
  readonly by: Author;
  readonly events: readonly NewEvent[];
  /** New data keys of the secrets in it. */
  readonly dataKeys?: readonly { readonly keyId: string; readonly rkey: string; readonly wrapped: Uint8Array }[];
}

/** One statement appends at most so many changes: 64 give the throughput, more only add latency. */
const BATCH = 64;
const DUPLICATE_KEY = '23505';

const resultRow = z.object({
  ordinal: z.coerce.number(),
  base: z.coerce.number().nullable(),
  versions: z.array(z.number()).nullable(),
  conflict: z.string().nullable(),
  at: z.union([z.date(), z.string()]).transform((value) => new Date(value).toISOString()),
});

interface Waiting {
  readonly change: ProposedChange;
  readonly resolve: (events: readonly LogEvent[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one statement is under way the next changes gather, and go together. Changes of one resource in
 * one batch see each other, since the function applies them one by one.
 */
export function appender(
  db: Db,
  fence: () => Promise<number>,
): (change: ProposedChange) => Promise<readonly LogEvent[]> {
  const queue: Waiting[] = [];
  let running = false;

  const drain = async () => {
    running = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH);
      try {
        await write(db, await fence(), batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };
  return (change) =>
    new Promise((resolve, reject) => {
      queue.push({ change, resolve, reject });
      // The next turn, so that what was asked for in this one goes together.
      if (!running) {
        running = true;
        setImmediate(() => void drain());
      }
    });
}

async function write(db: Db, fence: number, batch: readonly Waiting[], attempt = 1): Promise<void> {
  const prepared = batch.map(({ change }) => prepare(change));
  let rows: readonly unknown[];
  try {
    rows = await db.query('SELECT * FROM append_changes($1::jsonb, $2)', [JSON.stringify(prepared), fence]);
  } catch (error) {
    // An id or a version that was just written by another instance: the state has changed, so ask again.
    if ((error as { code?: string }).code === DUPLICATE_KEY && attempt < 3) return write(db, fence, batch, attempt + 1);
    throw error;
  }
  if (rows.length === 0)
    throw new LogUnavailable(new Error('a newer generation of the log has begun; this instance starts over'));
  for (const result of z.array(resultRow).parse(rows)) {
    const waiting = batch[result.ordinal];
    const ids = prepared[result.ordinal]?.events.map((event) => event.id) ?? [];
    if (!waiting) continue;
    if (result.conflict !== null) waiting.reject(new VersionConflict(parseKeyText(result.conflict)));
    else waiting.resolve(written(waiting.change, ids, result));
  }
}

function prepare({ id, by, events, dataKeys = [] }: ProposedChange) {
  return {
    id,
    by,
    events: events.map(({ type, key, resource, expectedVersion }) => ({
      id: randomUUID(),
      rkey: keyText(key),
      mesh: key.mesh,
      kind: key.type,
      name: key.name,
      type,
      schema: EVENT_SCHEMA,
      expected: expectedVersion,
      data: resource,
    })),
    keys: dataKeys.map(({ keyId, rkey, wrapped }) => ({
      keyId,
      rkey,
      wrapped: Buffer.from(wrapped).toString('base64'),
    })),
  };
}

function written(
  { id, by, events }: ProposedChange,
  ids: readonly string[],
  { base, versions, at }: z.infer<typeof resultRow>,
): LogEvent[] {
  return events.map(({ type, key, resource }, index) => ({
    position: (base ?? 0) + index,
    id: ids[index] ?? '',
    change: { id, index, size: events.length },
    type,
    schema: EVENT_SCHEMA,
    key,
    version: versions?.[index] ?? 0,
    at,
    by,
    resource,
  }));
}
