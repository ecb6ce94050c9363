import { PUBLISHED_AT_ONCE } from '../../nats/connect.ts';
import { inPortions } from '../../runtime/inPortions.ts';
import { keepLooking } from '../../runtime/keepLooking.ts';
import { encodeToken, KEY_PREFIX, ZONE_PREFIX } from '../../shared/event/subject.ts';
import { abandonZone } from './gather.ts';
import { fillGrants, type KeyGrants } from './grants.ts';
import { subjectsIn } from './lastMessages.ts';
import type { HubConnection } from './natsConnection.ts';
import { withdrawZone } from './provision.ts';

/** Zones that were deleted, of which the hub may still hold something. */
export interface Departures {
  /** Zones that greeted once and are no Zone any more. */
  departed(): Promise<readonly string[]>;
  /** Nothing of it is left. */
  forget(zone: string): Promise<void>;
}

type Deps = {
  readonly hub: HubConnection;
  readonly keys: KeyGrants;
  readonly departures: Departures;
  readonly onError: (error: Error) => void;
};

const LOOK_MS = 2_000;

/** As `dismissDeparted`, again and again until the signal aborts. */
export function keepDismissing({ onError, ...deps }: Deps, signal: AbortSignal): Promise<void> {
  return keepLooking(() => dismissDeparted(deps), { every: LOOK_MS, onError, signal });
}

/**
 * Takes everything of deleted zones away: where their logs come from, their consumers, the keys that were granted them, and
 * what they wrote, so that the other zones and global show it no longer. Repeating it does no harm.
 */
async function dismissDeparted({ hub, keys, departures }: Omit<Deps, 'onError'>): Promise<void> {
  for (const zone of await departures.departed()) {
    await abandonZone(hub, zone);
    await bury(hub, zone);
    await withdrawZone(hub.jsm, zone);
    await hub.jsm.streams.purge('KEYS', { filter: `${KEY_PREFIX}.${encodeToken(zone)}.>` });
    await departures.forget(zone);
    // It was made anew meanwhile; the rest of what it needs is looked after all the time.
    if ((await keys.zones()).includes(zone)) await fillGrants(hub, keys, [zone]);
  }
}

/** Overwrites what the zone wrote with deletions, which also reach the copies. */
async function bury(hub: HubConnection, zone: string): Promise<void> {
  const subjects = await subjectsIn(hub, 'ZONES', `${ZONE_PREFIX}.${encodeToken(zone)}.>`);
  await inPortions(subjects, PUBLISHED_AT_ONCE, (subject) => hub.js.publish(`${hub.ingest}.${subject}`, ''));
}
