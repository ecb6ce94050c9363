import { z } from 'zod';

/** How far a change of the policy log got among a zone's proxies. */
const rolloutSchema = z.object({
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

/** A control plane whose digest was not global's filled itself anew from its mirror. */
const refillSchema = z.object({
  startedAt: z.string(),
  /** RFC 3339; absent while it goes on. */
  finishedAt: z.string().optional(),
  reason: z.string(),
  /** How many times since its start. */
  count: z.number(),
});
export type Refill = z.infer<typeof refillSchema>;

/** Something that a control plane tries again and again, in vain so far. */
export const troubleSchema = z.object({
  what: z.string(),
  /** RFC 3339, by the zone's clock. */
  since: z.string(),
  reason: z.string(),
});
export type Trouble = z.infer<typeof troubleSchema>;

/** For people; empty when there are none. */
export function troublesText(troubles: readonly Trouble[]): string {
  return troubles.map(({ what, since, reason }) => `${what} since ${since}: ${reason}`).join('; ');
}

/**
 * What a zone control plane says of itself, in its zone log under `ZoneStatus` and its instance's name, every few seconds and
 * soon after each change. Position and digest together are the proof of what its view holds.
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
  /** What it could not apply; the latest ones when there are very many. */
  quarantined: z.array(z.object({ stream: z.string(), sequence: z.number(), subject: z.string(), reason: z.string() })),
  /** How many there are; absent: as many as are listed. */
  quarantinedTotal: z.number().optional(),
  refill: refillSchema.optional(),
  waitingForKeys: z.number(),
  /** One digest each of its copies of the hub's streams, as of `sumUp`; absent: an older zone. */
  copies: z.object({ KEYS: z.string(), PEERS: z.string() }).optional(),
  /** Sidecars that are connected to it; zone proxies do not count. */
  proxies: z.object({ connected: z.number() }),
  /** The oldest first; absent: an older zone. */
  troubles: z.array(troubleSchema).optional(),
  lastError: z.object({ message: z.string(), at: z.string() }).optional(),
  /** The latest changes, newest last. */
  rollouts: z.array(rolloutSchema),
  /** Its settings, secrets left out; kumactl shows `store.type` of it. */
  config: z.record(z.string(), z.unknown()),
});
export type ZoneStatus = z.infer<typeof zoneStatusSchema>;

/** Resource type of a status in the zone log. */
export const ZONE_STATUS = 'ZoneStatus';
