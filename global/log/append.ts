import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Author, EVENT_SCHEMA, type LogEvent, type NewEvent } from '../../shared/event/event.ts';
import { keyText, parseKeyText, type ResourceKey } from '../../shared/resource/resource.ts';
import type { Db, Row } from './db.ts';
import { FencedOut, IdempotencyKeyReused, UnstorableChange, VersionConflict } from './errors.ts';
import { findChange } from './find.ts';
import { type Commit, groupCommit, type Outcome } from '../../shared/event/groupCommit.ts';
import { count, time } from './rows.ts';

/** Several events that are written together or not at all. */
export interface ProposedChange {
  /** A UUID. Appending a change again under its id writes nothing and answers what was written the first time. */
  readonly id: string;
  readonly by: Author;
  /** The versions that they expect are those before the change. */
  readonly events: readonly NewEvent[];
  /** Resources that have to be there although the change says nothing of them. */
  readonly needs?: readonly ResourceKey[];
  /** Meshes in which there may be nothing but what the change writes: it deletes them. */
  readonly empties?: readonly string[];
  /** New data keys of the secrets in it; each takes the place of the secret's former key. */
  readonly dataKeys?: readonly { readonly keyId: string; readonly rkey: string; readonly wrapped: Uint8Array }[];
  /** For a day, a request with the same key and hash is answered with the events of the first. */
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
}

type Events = readonly LogEvent[];

/** One statement appends at most so many changes: 64 give the throughput, more only add latency. */
const BATCH = 64;

const conflict = z.object({ rkey: z.string(), expected: z.number(), actual: z.number() });
const told = { ordinal: z.number(), at: time, change_id: z.string() };
const resultRow = z.discriminatedUnion('outcome', [
  z.object({ ...told, outcome: z.literal('written'), base: count, versions: z.array(z.number()) }),
  z.object({ ...told, outcome: z.literal('conflict'), conflict }),
  z.object({ ...told, outcome: z.literal('repeated') }),
  z.object({ ...told, outcome: z.literal('misused') }),
]);

type ResultRow = z.infer<typeof resultRow>;

/**
 * Appends changes, many in one statement. Rejects with VersionConflict, IdempotencyKeyReused, UnstorableChange (nothing of the
 * change was written) or LogUnavailable.
 * @param fence generation of the log that this instance knows.
 */
export function appender(db: Db, fence: () => number): Commit<ProposedChange, Events> {
  const commit = groupCommit((batch: readonly ProposedChange[]) => write(db, fence(), batch.map(prepare)), BATCH);
  return async (change) => (change.events.length === 0 ? [] : commit(change));
}

interface Prepared {
  readonly change: ProposedChange;
  readonly ids: readonly string[];
  readonly json: object;
}

async function write(db: Db, fence: number, batch: readonly Prepared[]): Promise<readonly Outcome<Events>[]> {
  let rows: readonly Row[];
  try {
    const json = JSON.stringify(batch.map((prepared) => prepared.json));
    rows = await db.query('SELECT * FROM append_changes($1::jsonb, $2) ORDER BY ordinal', [json, fence]);
  } catch (error) {
    if (!isDataException(error)) throw error;
    // Something in one of the changes cannot be stored; that must not hurt the others.
    if (batch.length === 1) return [{ error: new UnstorableChange(error) }];
    const alone: Outcome<Events>[] = [];
    for (const prepared of batch) alone.push(...(await write(db, fence, [prepared])));
    return alone;
  }
  if (rows.length === 0) throw new FencedOut();
  const results = z.array(resultRow).parse(rows);
  return Promise.all(results.map(async (row, i) => outcome(db, batch[i] as Prepared, row)));
}

/** SQLSTATE class 22: the input, not the database, is at fault. */
function isDataException(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('22');
}

async function outcome(db: Db, { change, ids }: Prepared, row: ResultRow): Promise<Outcome<Events>> {
  switch (row.outcome) {
    case 'written':
      return { result: written(change, ids, row) };
    case 'repeated':
      return findChange(db, row.change_id).then(
        (result) => ({ result }),
        (error) => ({ error }),
      );
    case 'conflict': {
      const { rkey, expected, actual } = row.conflict;
      return { error: new VersionConflict(parseKeyText(rkey), expected, actual) };
    }
    case 'misused':
      return { error: new IdempotencyKeyReused(change.idempotency?.key ?? '') };
  }
}

function prepare(change: ProposedChange): Prepared {
  const { id, by, events, needs = [], empties = [], dataKeys = [], idempotency = null } = change;
  const ids = events.map(() => randomUUID());
  const json = {
    id,
    by,
    idempotency,
    needs: needs.map(keyText),
    empties,
    events: events.map(({ type, key, resource, expectedVersion }, i) => ({
      id: ids[i],
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
  return { change, ids, json };
}

function written(
  { id, by, events }: ProposedChange,
  ids: readonly string[],
  { base, versions, at }: Extract<ResultRow, { outcome: 'written' }>,
): LogEvent[] {
  return events.map(({ type, key, resource }, index) => ({
    position: base + index,
    id: ids[index] ?? '',
    change: { id, index, size: events.length },
    type,
    schema: EVENT_SCHEMA,
    key,
    version: versions[index] ?? 0,
    at,
    by,
    resource,
  }));
}
