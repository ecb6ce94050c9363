import { z } from 'zod';
import { encodeToken } from './subject.ts';

export const NOTICE_PREFIX = 'cp.notice';

/** As `ZoneDigests`. */
const zoneDigests = z.record(z.string(), z.string());

/**
 * What global tells one control plane of a zone, on `cp.notice.<zone>.<instance>`: its own digest at a position that the zone
 * reported. A zone that stands there with another digest, or follows another log, refills itself (D7). Nobody answers it, but that somebody could have
 * (a timeout) or nobody is there ("no responders") tells a control plane that hangs from one that is gone.
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

export function noticeSubject(zone: string, instance: string): string {
  return `${NOTICE_PREFIX}.${encodeToken(zone)}.${encodeToken(instance)}`;
}
