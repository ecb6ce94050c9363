import { z } from 'zod';
import type { Author, EventType, LogEvent } from '../../shared/event/event.ts';
import { upcast } from '../../shared/event/upcast.ts';
import { parseKeyText, type Resource } from '../../shared/resource/resource.ts';

/** bigint comes as a number or as text, depending on the driver. */
const count = z.union([z.number(), z.bigint(), z.string()]).transform(Number);
const time = z.union([z.date(), z.string()]).transform((value) => new Date(value).toISOString());

const resourceSchema = z.object({
  type: z.string(),
  mesh: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  creationTime: z.string(),
  modificationTime: z.string(),
  spec: z.unknown(),
  status: z.unknown().optional(),
});

const eventRow = z.object({
  seq: count,
  id: z.string(),
  rkey: z.string(),
  version: count,
  type: z.enum(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']),
  schema_ver: z.number(),
  change_id: z.string(),
  change_index: z.number(),
  change_size: z.number(),
  at: time,
  author: z.object({ user: z.string(), source: z.string(), client: z.string(), message: z.string().optional() }),
  data: z.unknown(),
});

const currentRow = z.object({ version: count, seq: count, body: resourceSchema });

export interface Current {
  readonly resource: Resource;
  readonly version: number;
  readonly position: number;
}

/** A row of `event`, brought up to today's form. */
export function toEvent(row: unknown): LogEvent {
  const { seq, id, rkey, version, type, schema_ver, change_id, change_index, change_size, at, author, data } =
    eventRow.parse(row);
  const upcasted = upcast(schema_ver, data);
  return {
    position: seq,
    id,
    change: { id: change_id, index: change_index, size: change_size },
    type: type as EventType,
    schema: schema_ver,
    key: parseKeyText(rkey),
    version,
    at,
    by: author as Author,
    resource: upcasted === null || upcasted === undefined ? null : (resourceSchema.parse(upcasted) as Resource),
  };
}

/** A row of `resource` that is not deleted. */
export function toCurrent(row: unknown): Current {
  const { version, seq, body } = currentRow.parse(row);
  return { resource: body as Resource, version, position: seq };
}
