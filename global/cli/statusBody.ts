import { z } from 'zod';
import type { Connection } from './connection.ts';

/** A message that is set aside. */
const aside = z.looseObject({ stream: z.string(), sequence: z.number(), subject: z.string(), reason: z.string() });

const instance = z.looseObject({
  instance: z.string(),
  state: z.string(),
  inSync: z.boolean(),
  since: z.string(),
  position: z.number(),
  lag: z.number(),
  lagSeconds: z.number(),
  digestEqual: z.boolean().optional(),
  reason: z.string().optional(),
  sidecars: z.number(),
  quarantinedTotal: z.number(),
  quarantined: z.array(aside),
});

const zoneStatus = z.looseObject({
  name: z.string(),
  enabled: z.boolean().optional(),
  /** `online`, `stalled`, `diverged`, `offline`. */
  state: z.string(),
  /** Proven: online, at the head, digest equal, nothing set aside. */
  inSync: z.boolean(),
  /** RFC 3339 from which the state holds. */
  since: z.string().optional(),
  /** Of the policy log, as far as the zone has applied it. */
  position: z.number(),
  /** How many positions it is behind, and for how many seconds. */
  lag: z.number(),
  lagSeconds: z.number(),
  /** Whether its digest at its position equals global's there; absent while global does not know. */
  digestEqual: z.boolean().optional(),
  digest: z.string().optional(),
  /** Why it is not in sync. */
  reason: z.string().optional(),
  /** The control plane's last error; it may be long over. */
  lastError: z.looseObject({ message: z.string(), at: z.string() }).optional(),
  /** The last time that it found itself unequal and filled itself anew. */
  refill: z.looseObject({ startedAt: z.string(), finishedAt: z.string().optional(), reason: z.string() }).optional(),
  sidecars: z.looseObject({ connected: z.number(), total: z.number() }).optional(),
  /** Events that the zone could not apply. */
  quarantined: z.number(),
  /** What global could not take of that which the zone wrote; absent: nothing, or an older global. */
  setAsideByGlobal: z.looseObject({ total: z.number(), latest: z.array(aside) }).optional(),
  instances: z.array(instance),
});

/** How a change reached the proxies. */
export const rollout = z.looseObject({
  /** Id of the change. */
  change: z.string().optional(),
  position: z.number(),
  /** Commit, RFC 3339. */
  at: z.string(),
  /** What changed, `default/MeshTimeout/t`. */
  what: z.string(),
  /** Proxies in all zones whose configuration it changed, and how many of them accepted and rejected that. */
  proxies: z.number(),
  acknowledged: z.number(),
  rejected: z.number(),
  /** From the commit to the last answer; null while some proxy has not answered. */
  milliseconds: z.number().nullable(),
  errors: z.array(z.looseObject({ proxy: z.string(), error: z.string() })),
});

const syncBody = z.looseObject({ items: z.array(zoneStatus) });
const rolloutsBody = z.looseObject({ items: z.array(rollout) });
const headBody = z.looseObject({ items: z.array(z.looseObject({ position: z.number() })) });

/** How far the zones and the proxies are, as global knows it. */
export interface Status {
  /** Head of the policy log; 0: it is empty. */
  readonly position: number;
  readonly zones: readonly ZoneStatus[];
  /** The last changes, newest first. */
  readonly rollouts: readonly Rollout[];
}

export type ZoneStatus = z.infer<typeof zoneStatus>;

export type Rollout = z.infer<typeof rollout>;

/** Puts together `GET /sync`, `GET /rollouts` and the newest event of `GET /log`. @throws ApiError */
export async function fetchStatus(connection: Connection): Promise<Status> {
  const [sync, rollouts, head] = await Promise.all([
    connection.get('/sync'),
    connection.get('/rollouts', { limit: 5 }),
    connection.get('/log', { limit: 1, order: 'desc' }),
  ]);
  return {
    position: headBody.parse(head).items[0]?.position ?? 0,
    zones: syncBody.parse(sync).items,
    rollouts: rolloutsBody.parse(rollouts).items,
  };
}

export function isInSync(zone: ZoneStatus): boolean {
  return zone.inSync;
}
