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
  /** Commit, RFC 3339. */
  at: z.string(),
  /** Proxies whose configuration it changed, in all zones. */
  affected: z.number(),
  acknowledged: z.number(),
  rejected: z.array(z.looseObject({ proxy: z.string(), error: z.string() })),
  /** When the last of them answered, RFC 3339; absent while some have not. */
  completedAt: z.string().nullish(),
});

const syncBody = z.looseObject({ items: z.array(zoneStatus) });
const rolloutsBody = z.looseObject({ items: z.array(rollout) });
const logBody = z.looseObject({
  items: z.array(
    z.looseObject({
      position: z.number(),
      key: z.looseObject({ type: z.string(), mesh: z.string(), name: z.string() }),
    }),
  ),
});

/** How far the zones and the proxies are, as global knows it. */
export interface Status {
  /** Head of the policy log; 0: it is empty. */
  readonly position: number;
  readonly zones: readonly ZoneStatus[];
  /** The last changes, newest first. */
  readonly rollouts: readonly Rollout[];
}

export type ZoneStatus = z.infer<typeof zoneStatus>;

export interface Rollout extends z.infer<typeof rollout> {
  /** What changed, `MeshTimeout t in default`; empty when that is too long ago. */
  readonly what: string;
}

/** Puts together `GET /sync`, `GET /rollouts` and the newest events of `GET /log`. @throws ApiError */
export async function fetchStatus(connection: Connection): Promise<Status> {
  const [sync, rollouts, log] = await Promise.all([
    connection.get('/sync'),
    connection.get('/rollouts', { limit: 5 }),
    connection.get('/log', { limit: 100, order: 'desc' }),
  ]);
  const events = logBody.parse(log).items;
  const what = new Map(
    events.map(({ position, key }) => [position, `${key.type} ${key.name}${key.mesh ? ` in ${key.mesh}` : ''}`]),
  );
  return {
    position: events[0]?.position ?? 0,
    zones: syncBody.parse(sync).items,
    rollouts: rolloutsBody.parse(rollouts).items.map((one) => ({ ...one, what: what.get(one.position) ?? '' })),
  };
}

/** Milliseconds from the commit to the last answer; undefined while some proxy has not answered. */
export function rolloutTime({ at, completedAt }: Rollout): number | undefined {
  return completedAt ? Math.max(0, Date.parse(completedAt) - Date.parse(at)) : undefined;
}

export function isInSync(zone: ZoneStatus): boolean {
  return zone.state === 'in sync';
}
