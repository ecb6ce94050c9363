import { z } from 'zod';
import type { Resource, ResourceKey } from '../resource/resource.ts';
import type { LogEvent } from './event.ts';
import { oftenUsed } from '../resource/oftenUsed.ts';
import { EVENT_PREFIX, eventSubject, keyOfSubject, OWN_PREFIX } from './subject.ts';
import { type Upcasters, upcast } from './upcast.ts';

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
  [HEADER.schema]: z.string().regex(/^\d+$/, 'a schema is a whole number'),
  [HEADER.version]: z.string().regex(/^[1-9]\d*$/, 'a version is a whole number from 1'),
  [HEADER.at]: z.string().min(1),
  [HEADER.change]: z.string().regex(/^\S+ \d+ \d+$/, 'a change header is "<id> <index> <size>"'),
});

/** An event as it is published: `envelopeOf` and `resourceIn` read it. @param logId of the log that it is from */
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

/** What every version can read of a message of the policy stream, whatever it says. */
export interface Envelope {
  /** Its stream sequence. */
  readonly position: number;
  readonly id: string;
  readonly change: LogEvent['change'];
  readonly schema: number;
  readonly key: ResourceKey;
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  /** The JSON as it was published: what digests are made of, so that they compare between versions. `undefined`: deleted. */
  readonly content: unknown;
}

/** What a version of the program understands. */
export interface EventReader {
  /** The newest event schema. */
  readonly schema: number;
  readonly knows: (type: string) => boolean;
  /** Why it cannot compute with a resource of a type that it knows; absent, or `undefined`: it can. */
  readonly refusal?: (resource: Resource) => string | undefined;
  /** How older events become that schema; absent: as this build has it. */
  readonly upcasters?: Upcasters;
}

/**
 * Headers that are not known are nobody's concern here.
 * @throws Error when it is no message of a policy stream at all.
 */
export function envelopeOf(position: number, { subject, headers, body }: Message): Envelope {
  const key = keyOfSubject(EVENT_PREFIX, subject) ?? keyOfSubject(OWN_PREFIX, subject);
  if (!key) throw new Error(`subject ${subject} names no resource`);
  const parsed = oftenUsed(headersSchema).parse(headers);
  const [id = '', index, size] = parsed[HEADER.change].split(' ');
  return {
    position,
    id: parsed[HEADER.id],
    change: { id, index: Number(index), size: Number(size) },
    schema: Number(parsed[HEADER.schema]),
    key,
    version: Number(parsed[HEADER.version]),
    at: parsed[HEADER.at],
    content: body === '' ? undefined : JSON.parse(body),
  };
}

/**
 * The resource that an envelope carries, in the reader's form; `null`: deleted. Fields that it does not know are dropped.
 * @throws Error when the reader does not understand it: it is to be set aside until a newer version reads it.
 */
export function resourceIn(
  { key, schema, content }: Pick<Envelope, 'key' | 'schema' | 'content'>,
  reader: EventReader,
): Resource | null {
  // What is deleted need not be understood, and must not go on in effect.
  if (content === undefined) return null;
  if (schema > reader.schema)
    throw new Error(`event schema ${schema} is newer than ${reader.schema}, which this version reads; upgrade it`);
  if (!reader.knows(key.type)) throw new Error(`this version does not know the type ${key.type}; upgrade it`);
  const resource = oftenUsed(resourceSchema).parse(
    upcast(schema, content, reader.upcasters, reader.schema),
  ) as Resource;
  const refusal = reader.refusal?.(resource);
  if (refusal) throw new Error(`this version cannot apply it: ${refusal}`);
  return resource;
}
