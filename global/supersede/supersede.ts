import { randomUUID } from 'node:crypto';
import { MAX_BATCH } from '../../nats/publishBatch.ts';
import type { NewEvent } from '../../shared/event/event.ts';
import { upcastEvent } from '../../shared/event/upcast.ts';
import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';
import { SYSTEM } from '../command/globalSecrets.ts';
import type { EventLog } from '../log/eventLog.ts';
import type { KeyGrants } from '../relay/grants.ts';
import type { HubConnection } from '../relay/natsConnection.ts';
import { publishEvents, RELAY_LOCK } from '../relay/relay.ts';
import { continuation, type Stand } from './continuation.ts';
import type { HubEnd } from '../relay/hubEnd.ts';

/** The log, the hub, and what zones need to read secrets. */
export interface Restored {
  readonly events: EventLog;
  readonly hub: HubConnection;
  readonly keys: KeyGrants;
}

/** What the log says of every resource that the hub and the log disagree on. */
export async function disputed({ events }: Pick<Restored, 'events'>, end: HubEnd): Promise<readonly Stand[]> {
  const lostVersions = new Map<string, number>();
  const keys = new Map<string, ResourceKey>();
  for (const { key, version } of end.lost) {
    keys.set(keyText(key), key);
    lostVersions.set(keyText(key), version);
  }
  // Written after the restore, at positions that the hub has something else at: nobody was told.
  for (let after = end.common; after < end.position; ) {
    const page = (await events.read(after, MAX_BATCH)).filter(({ position }) => position <= end.position);
    for (const { key } of page) keys.set(keyText(key), key);
    after = page.at(-1)?.position ?? end.position;
  }
  return Promise.all(
    [...keys].map(async ([text, key]) => {
      const [last] = (await events.find({ ...key, limit: 1, order: 'desc' })).map(upcastEvent);
      const lostVersion = lostVersions.get(text) ?? 0;
      return { key, version: last?.version ?? 0, resource: last?.resource ?? null, lostVersion };
    }),
  );
}

/**
 * Lets the log go on above what the hub has, and brings the hub to it. May be repeated when it broke off.
 * @returns the new head
 * @throws Error when a global control plane runs on the log, or somebody else publishes
 */
export async function supersede(
  { events, hub, keys }: Restored,
  end: HubEnd,
  stands: readonly Stand[],
): Promise<number> {
  const leadership = await events.tryLead(RELAY_LOCK);
  if (!leadership) throw new Error('a global control plane runs on this log: stop it first');
  try {
    const { taken, above } = continuation(stands, await events.head(), end.position);
    const message = `the log was restored: positions ${end.common + 1} to ${end.position} of the hub are dropped`;
    const append = (part: readonly NewEvent[]) =>
      events.append({ id: randomUUID(), by: { ...SYSTEM, message }, events: part });
    for (let from = 0; from < taken.length; from += MAX_BATCH) await append(taken.slice(from, from + MAX_BATCH));
    // One change: the zones go back in one step.
    await append(above);
    const head = await events.head();
    for (let last = end.position; last < head; )
      last = await publishEvents(await events.read(last, MAX_BATCH), last, { source: events, hub, keys });
    return head;
  } finally {
    await leadership.release();
  }
}
