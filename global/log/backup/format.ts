import { z } from 'zod';
import { count } from '../rows.ts';

/**
 * A backup is a text, one JSON a line: the head, every event as it stands in the database, and the end. Secrets in it are sealed as they
 * are in the log; the key-encryption key is not in it.
 */
export const FORMAT = 'meridian-log-backup/1';

const dataKey = z.object({ key_id: z.string(), rkey: z.string(), wrapped: z.string() });
const zoneKey = z.object({ zone: z.string(), public_key: z.string() });
const hubCredential = z.looseObject({ user_key: z.string(), zone: z.string() });

/** What was there at one moment; the events are those up to `head`. */
export const headLine = z.object({
  format: z.literal(FORMAT),
  logId: z.string(),
  /** Position of the newest event. */
  head: z.number().int().min(0),
  /** Migrations of the database that it is of. */
  migration: z.number().int(),
  /** Of the current state, which the events have to fold to. */
  digest: z.string(),
  dataKeys: z.array(dataKey),
  zoneKeys: z.array(zoneKey),
  /** What zones were given to join the hub with, so that it can still be revoked; backups of older versions have none. */
  hubCredentials: z.array(hubCredential).default([]),
});
export type HeadLine = z.infer<typeof headLine>;

/** A row of `event`: what the checks look at; the rest goes through as it is. */
export const eventLine = z.looseObject({
  seq: count,
  rkey: z.string(),
  version: count,
  change_id: z.string(),
  change_index: z.number(),
  change_size: z.number(),
  data: z.unknown(),
});
export type EventLine = z.infer<typeof eventLine>;

/** So that a file which was cut off, or changed, is known. */
export const endLine = z.object({
  events: z.number(),
  /** SHA-256 of all lines before, each with its line end; hex. */
  sha256: z.string(),
});
