import { z } from 'zod';
import { EVENT_SCHEMA, type LogEvent } from '../../shared/event/event.ts';
import { upcast } from '../../shared/event/upcast.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { WrittenByNewer } from './errors.ts';

/** bigint comes as a number or as text, depending on the driver. */
export const count = z.union([z.number(), z.bigint(), z.string()]).transform(Number);
/** RFC 3339, in milliseconds. */
export const time = z.union([z.date(), z.string()]).transform((value) => new Date(value).toISOString());

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
  mesh: z.string(),
  kind: z.string(),
  name: z.string(),
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

const standingRow = z.object({
  mesh: z.string(),
  kind: z.string(),
  name: z.string(),
  version: count,
  seq: count,
  schema_ver: z.number(),
  body: z.unknown(),
});

/** What the log says last of a resource that is not deleted, in the form that it was written in. */
export interface Standing extends Pick<LogEvent, 'key' | 'schema' | 'version' | 'position'> {
  readonly resource: Resource;
}

/** A resource as it stands now. */
export interface Current {
  readonly resource: Resource;
  readonly version: number;
  /** Of its last event. */
  readonly position: number;
}

/** A row of `event`. Whatever schema it is of, it can be published and counted into a digest. */
export function toEvent(row: unknown): LogEvent {
  const {
    seq,
    id,
    mesh,
    kind,
    name,
    version,
    type,
    schema_ver,
    change_id,
    change_index,
    change_size,
    at,
    author,
    data,
  } = eventRow.parse(row);
  const { message, ...rest } = author;
  return {
    position: seq,
    id,
    change: { id: change_id, index: change_index, size: change_size },
    type,
    schema: schema_ver,
    key: { type: kind, mesh, name },
    version,
    at,
    by: message === undefined ? rest : { ...rest, message },
    resource: data as Resource | null,
  };
}

/** A row of `resource` that is not deleted. */
export function toStanding(row: unknown): Standing {
  const { mesh, kind, name, version, seq, schema_ver, body } = standingRow.parse(row);
  return { key: { type: kind, mesh, name }, schema: schema_ver, version, position: seq, resource: body as Resource };
}

/** In today's form. @throws WrittenByNewer when this version does not know the form that it was written in */
export function toCurrent({ key, schema, version, position, resource }: Standing): Current {
  if (schema > EVENT_SCHEMA) throw new WrittenByNewer(key, schema, EVENT_SCHEMA);
  return { resource: resourceSchema.parse(upcast(schema, resource)) as Resource, version, position };
}
