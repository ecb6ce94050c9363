import { setTimeout as pause } from 'node:timers/promises';
import { MAX_BATCH } from '../../nats/publishBatch.ts';
import type { LogEvent } from '../../shared/event/event.ts';
import { HEADER } from '../../shared/event/message.ts';
import { isVisibleToZones } from '../../shared/event/subject.ts';
import { isSecret, sealedIn } from '../../shared/resource/secret/sealedIn.ts';
import { type Departures, keepDismissing } from './dismiss.ts';
import { destroyStaleGrants, fillGrants, type KeyGrants, publishGrants } from './grants.ts';
import { gatherZones } from './gather.ts';
import type { HubConnection } from './natsConnection.ts';
import { provisionHub, provisionZone } from './provision.ts';
import { publish } from './publish.ts';

/** What the relay needs of the event log. */
export interface RelaySource {
  readonly logId: string;
  read(after: number, limit: number): Promise<readonly LogEvent[]>;
  /** As `read`; may know the newest ones without asking the database. */
  follow(after: number, limit: number): Promise<readonly LogEvent[]>;
  head(): Promise<number>;
  listAll(): Promise<readonly { readonly position: number }[]>;
  listen(wake: () => void): () => void;
}

interface RelayDeps {
  readonly source: RelaySource;
  readonly hub: HubConnection;
  readonly keys: KeyGrants;
  readonly departures: Departures;
  /** The hub has these now; none: it has all that the log has. */
  readonly onPublished?: (events: readonly LogEvent[]) => void;
  /** Told why nothing is published for a while. */
  readonly onError: (error: Error) => void;
  /** Told of a zone that is not gathered, or not dismissed, yet. */
  readonly onZoneError: (error: Error) => void;
}

/** The advisory lock of the relay: one instance relays, all append and answer. */
export const RELAY_LOCK = 5_681;

const RETRY_MS = 250;
/** Something may have happened to the stream behind our back: compare again after so long without work. */
const RECHECK_MS = 5_000;

/**
 * Log → JetStream, for as long as `signal` is not aborted. The stream's own last sequence is the checkpoint, so nothing is marked as sent
 * and nothing can be sent twice. Every publish names the sequence that it follows, so of two relays at once the stream refuses one.
 */
export async function relay(
  { source, hub, keys, departures, onPublished, onError, onZoneError }: RelayDeps,
  signal: AbortSignal,
): Promise<void> {
  let wake: () => void = () => {};
  const stop = source.listen(() => wake());
  signal.addEventListener('abort', () => wake(), { once: true });
  const gathering = gatherZones(hub, () => keys.zones(), onZoneError, signal);
  const dismissing = keepDismissing({ hub, keys, departures, onError: onZoneError }, signal);
  const resume = resumption(source, hub, keys);
  let last: number | undefined;
  while (!signal.aborted) {
    // Made before reading, so that a commit during the read is not missed.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    try {
      last ??= await resume();
      const events = await source.follow(last, MAX_BATCH);
      if (events.length > 0) last = await publishEvents(events, last, { source, hub, keys });
      onPublished?.(events);
      if (events.length > 0) continue;
    } catch (error) {
      if (signal.aborted) break;
      last = undefined;
      onError(error as Error);
      await sleep(RETRY_MS, signal);
      continue;
    }
    if (!(await cameWithin(RECHECK_MS, woken))) last = undefined;
  }
  stop();
  await gathering;
  await dismissing;
}

/** Publishes events that follow `last`, the stream's last sequence, and what zones need to read them. @returns its last one then. */
export async function publishEvents(
  events: readonly LogEvent[],
  last: number,
  { source, hub, keys }: Pick<RelayDeps, 'hub' | 'keys'> & { readonly source: Pick<RelaySource, 'logId'> },
): Promise<number> {
  const secrets = events.filter(({ key }) => isSecret(key) && isVisibleToZones(key));
  const keyIds = secrets.flatMap(({ resource }) => (resource && sealedIn(resource)?.keyId) ?? []);
  if (keyIds.length > 0) await publishGrants(hub, keys, await keys.zones(), keyIds);
  const position = await publish(hub, source.logId, events, last);
  if (secrets.length > 0) await destroyStaleGrants(hub, keys);
  return position;
}

/**
 * Tells where to go on: the stream's last sequence, after making sure that its last message is the log's event of that position. A stream
 * that lost its files begins again at the first live event, so that numbers stay positions; what it gave zones of keys is given again.
 * @returns to be called again and again; throws Error when stream and log disagree: then nothing is published, since zones would keep what
 * the log does not have.
 */
function resumption(source: RelaySource, hub: HubConnection, keys: KeyGrants): () => Promise<number> {
  /** When the stream of grants was made that is known to be complete. */
  let granted = '';
  return async () => {
    const head = await source.head();
    await provisionHub(hub, () => firstLive(source, head));
    const { state } = await hub.jsm.streams.info('EVENTS');
    const zones = await keys.zones();
    for (const zone of zones) await provisionZone(hub.jsm, zone);
    if (state.last_seq > head) {
      throw new Error(
        `the stream EVENTS stands at ${state.last_seq}, the log only at ${head}: the database was restored from an older backup, or lost its end; nothing is published. ${WAY_ON}`,
      );
    }
    if (state.messages > 0) await compareLast(source, hub, state.last_seq);
    const { created } = await hub.jsm.streams.info('KEYS');
    if (created !== granted) await fillGrants(hub, keys, zones);
    granted = created;
    return state.last_seq;
  };
}

/** Position of the first event that is the last one of a resource which exists. */
async function firstLive(source: RelaySource, head: number): Promise<number> {
  const live = await source.listAll();
  return live.reduce((least, { position }) => Math.min(least, position), head + 1);
}

const WAY_ON =
  'Restore the newest backup; or stop global, see with `meridian log supersede` what the hub has beyond this log, and drop it with --yes';

async function compareLast(source: RelaySource, { jsm }: HubConnection, last: number): Promise<void> {
  const message = await jsm.streams.getMessage('EVENTS', { seq: last }).catch(() => null);
  const [event] = await source.read(last - 1, 1);
  if (!message || !event) return;
  const sameLog = message.header.get(HEADER.log) === source.logId;
  if (sameLog && message.header.get(HEADER.id) === event.id) return;
  throw new Error(
    sameLog
      ? `position ${last} is event ${event.id} in the log and ${message.header.get(HEADER.id)} in the stream EVENTS: the database was restored from an older backup; nothing is published. ${WAY_ON}`
      : `the stream EVENTS belongs to the log ${message.header.get(HEADER.log)}, ours is ${source.logId}: nothing is published; point global at its own hub, or empty this one`,
  );
}

/** Resolves after that time, or at once when the relay shall end. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return pause(ms, undefined, { signal }).catch(() => {});
}

/** Does it come in that time? Leaves no timer behind: it may come hundreds of times a second. */
async function cameWithin(ms: number, news: Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const came = await Promise.race([news.then(() => true), late.promise]);
  clearTimeout(timer);
  return came;
}
