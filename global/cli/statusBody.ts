import { z } from 'zod';
import type { Connection } from './connection.ts';

const zoneStatus = z.looseObject({
  name: z.string(),
  /** `in sync`, `behind`, `stalled`, `diverged`, `offline`, `disabled`. */
  state: z.string(),
  /** Of the policy log, as far as the zone has applied it. */
  position: z.number(),
  /** How many positions it is behind. */
  lag: z.number(),
  /** Whether its digest at its position equals global's there; absent while global does not know. */
  digestEqual: z.boolean().optional(),
  digest: z.string().optional(),
  /** Why it is not in sync. */
  reason: z.string().optional(),
  sidecars: z.looseObject({ connected: z.number(), total: z.number() }).optional(),
});

const rollout = z.looseObject({
  position: z.number(),
  at: z.string(),
  /** What changed, `default/MeshTimeout/t`. */
  what: z.string().optional(),
  /** Proxies that it concerns, that accepted and that rejected it. */
  proxies: z.number(),
  acknowledged: z.number(),
  rejected: z.number(),
  /** Milliseconds from the commit until the last acknowledgement. */
  milliseconds: z.number().nullish(),
  errors: z.array(z.looseObject({ proxy: z.string(), error: z.string() })).optional(),
});

const statusBody = z.looseObject({
  position: z.number(),
  digest: z.string().optional(),
  zones: z.array(zoneStatus),
  rollouts: z.array(rollout).default([]),
});

/** How far the zones and the proxies are, as global knows it. */
export type Status = z.infer<typeof statusBody>;
export type ZoneStatus = z.infer<typeof zoneStatus>;
export type Rollout = z.infer<typeof rollout>;

export async function fetchStatus(connection: Connection): Promise<Status> {
  return statusBody.parse(await connection.get('/status'));
}

export function isInSync(zone: ZoneStatus): boolean {
  return zone.state === 'in sync';
}
