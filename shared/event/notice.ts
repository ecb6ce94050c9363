import { z } from 'zod';
import { troubleSchema } from './status.ts';
import { encodeToken } from './subject.ts';

const NOTICE_PREFIX = 'cp.notice';

/** As `ZoneDigests`. */
const zoneDigests = z.record(z.string(), z.string());

/**
 * What global tells one control plane of a zone, on `cp.notice.<zone>.<instance>`: its own digest at a position that the zone
 * reported. A zone that stands there with another digest, or follows another log, refills itself. That nobody is there ("no
 * responders") or nobody answers (a timeout) tells a control plane that is gone from one that hangs, or is of an older version.
 */
export const noticeSchema = z.object({
  logId: z.string(),
  position: z.number(),
  /** Empty: nothing is said of it. */
  digest: z.string(),
  /** What the hub holds of that which the zone copies besides the policy log; absent: nothing is said of it. */
  copies: z.object({ KEYS: zoneDigests, PEERS: zoneDigests }).optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** The answer: what keeps a control plane from its work, which it may not be able to say in its log. */
export const noticeAnswerSchema = z.object({ troubles: z.array(troubleSchema) });
export type NoticeAnswer = z.infer<typeof noticeAnswerSchema>;

/** Where one zone control plane takes notices. */
export function noticeSubject(zone: string, instance: string): string {
  return `${NOTICE_PREFIX}.${encodeToken(zone)}.${encodeToken(instance)}`;
}
