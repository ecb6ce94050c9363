import { z } from 'zod';

/** How far a change of the policy log got among a zone's proxies. */
export const rolloutSchema = z.object({
  change: z.string(),
  position: z.number(),
  /** Commit, RFC 3339. */
  at: z.string(),
  /** Proxies whose configuration it changed. */
  affected: z.number(),
  acknowledged: z.number(),
  rejected: z.array(z.object({ proxy: z.string(), error: z.string() })),
  /** When the last of them answered, RFC 3339; absent while some have not. */
  completedAt: z.string().optional(),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/**
 * What a zone control plane says of itself, in its zone log under `ZoneStatus` and its instance's name, every few seconds and
 * soon after each change. Position and digest together are the proof of what its view holds (D7).
 */
export const zoneStatusSchema = z.object({
  instance: z.string(),
  version: z.string(),
  /** RFC 3339, by the zone's clock. */
  at: z.string(),
  startedAt: z.string(),
  /** The log that it follows. */
  logId: z.string(),
  position: z.number(),
  digest: z.string(),
  quarantined: z.array(z.object({ stream: z.string(), sequence: z.number(), subject: z.string(), reason: z.string() })),
  waitingForKeys: z.number(),
  /** Sidecars that are connected to it; zone proxies do not count. */
  proxies: z.object({ connected: z.number() }),
  lastError: z.object({ message: z.string(), at: z.string() }).optional(),
  /** The latest changes, newest last. */
  rollouts: z.array(rolloutSchema),
  /** Its settings, secrets left out; kumactl shows `store.type` of it. */
  config: z.record(z.string(), z.unknown()),
});
export type ZoneStatus = z.infer<typeof zoneStatusSchema>;

/** Resource type of a status in the zone log. */
export const ZONE_STATUS = 'ZoneStatus';
