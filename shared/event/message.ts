import { z } from 'zod';
import type { Resource } from '../resource/resource.ts';
import { EVENT_SCHEMA, type LogEvent } from './event.ts';
import { EVENT_PREFIX, eventSubject, keyOfSubject, OWN_PREFIX } from './subject.ts';
import { upcast } from './upcast.ts';

/** A message of the policy stream. Header names are NATS headers. */
export interface Message {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON of the resource; empty for a deletion. */
  readonly body: string;
}

export const HEADER = {
  log: 'Cp-Log',
  id: 'Cp-Id',
  type: 'Cp-Type',
  schema: 'Cp-Schema',
  version: 'Cp-Ver',
  at: 'Cp-At',
  by: 'Cp-By',
  change: 'Cp-Change',
} as const;

export const resourceSchema = z.object({
  type: z.string().min(1),
  mesh: z.string(),
  name: z.string().min(1),
  labels: z.record(z.string(), z.string()),
  creationTime: z.string(),
  modificationTime: z.string(),
  spec: z.unknown(),
  status: z.unknown().optional(),
});

const headersSchema = z.object({
  [HEADER.id]: z.string().min(1),
  [HEADER.type]: z.enum(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']),
  [HEADER.schema]: z.coerce.number().int(),
  [HEADER.version]: z.coerce.number().int().positive(),
  [HEADER.at]: z.string().min(1),
  [HEADER.by]: z.string(),
  [HEADER.change]: z.string().regex(/^\S+ \d+ \d+$/, 'a change header is "<id> <index> <size>"'),
});
const authorSchema = z.object({
  user: z.string(),
  source: z.string(),
  client: z.string(),
  message: z.string().optional(),
});

export function toMessage(logId: string, event: LogEvent): Message {
  return {
    subject: eventSubject(event.key),
    headers: {
      [HEADER.log]: logId,
      [HEADER.id]: event.id,
      [HEADER.type]: event.type,
      [HEADER.schema]: String(event.schema),
      [HEADER.version]: String(event.version),
      [HEADER.at]: event.at,
      [HEADER.by]: JSON.stringify(event.by),
      [HEADER.change]: `${event.change.id} ${event.change.index} ${event.change.size}`,
    },
    body: event.resource ? JSON.stringify(event.resource) : '',
  };
}

/**
 * A message of the policy stream as the event it carries.
 * @param position its stream sequence. @throws Error when it is none that this version understands: it is to be set aside.
 */
export function fromMessage(position: number, { subject, headers, body }: Message): LogEvent {
  const key = keyOfSubject(EVENT_PREFIX, subject) ?? keyOfSubject(OWN_PREFIX, subject);
  if (!key) throw new Error(`subject ${subject} names no resource`);
  const parsed = headersSchema.parse(headers);
  if (parsed[HEADER.schema] > EVENT_SCHEMA)
    throw new Error(
      `event schema ${parsed[HEADER.schema]} is newer than ${EVENT_SCHEMA}, which this version reads; upgrade it`,
    );
  const [id = '', index, size] = parsed[HEADER.change].split(' ');
  return {
    position,
    id: parsed[HEADER.id],
    change: { id, index: Number(index), size: Number(size) },
    type: parsed[HEADER.type],
    schema: parsed[HEADER.schema],
    key,
    version: parsed[HEADER.version],
    at: parsed[HEADER.at],
    by: authorSchema.parse(JSON.parse(parsed[HEADER.by] || '{"user":"","source":"","client":""}')) as LogEvent['by'],
    resource: body === '' ? null : (resourceSchema.parse(upcast(parsed[HEADER.schema], JSON.parse(body))) as Resource),
  };
}
