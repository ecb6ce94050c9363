import {
  type AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { lookUp } from '../../nats/lookUp.ts';
import {
  EVENT_PREFIX,
  encodeToken,
  KEY_PREFIX,
  OWN_PREFIX,
  UP_PREFIX,
  ZONE_PREFIX,
} from '../../shared/event/subject.ts';
import type { HubConnection } from './natsConnection.ts';

/** Nanoseconds, as JetStream counts. */
const SECOND = 1_000_000_000;

type Stream = Partial<StreamConfig> & { name: string };

const EVENTS: Stream = {
  name: 'EVENTS',
  subjects: [`${EVENT_PREFIX}.>`, `${OWN_PREFIX}.>`],
  max_msgs_per_subject: 1,
  allow_atomic: true,
  allow_direct: true,
  allow_msg_ttl: true,
  deny_delete: true,
  deny_purge: true,
  duplicate_window: 120 * SECOND,
};

const KEYS: Stream = {
  name: 'KEYS',
  subjects: [`${KEY_PREFIX}.>`],
  max_msgs_per_subject: 1,
  allow_direct: true,
};

/** The logs of all zones; `gatherZone` adds where they come from. Only global may write there, deletions of what is left of a zone. */
const ZONES: Stream = {
  name: 'ZONES',
  subjects: [`${ZONE_PREFIX}.>`],
  max_msgs_per_subject: 1,
  allow_direct: true,
  allow_msg_ttl: true,
};

/**
 * Makes the hub's streams, or brings them to today's form. Idempotent; run at every start, and every now and then.
 * @param firstEvent where `EVENTS` begins; asked only when it has to be made anew from the log, since it takes a look at all of its resources
 */
export async function provisionHub(
  { jsm, ingest }: Pick<HubConnection, 'jsm' | 'ingest'>,
  firstEvent: () => Promise<number>,
): Promise<void> {
  await ensureStream(jsm, takenFrom(ingest, EVENTS), firstEvent);
  await ensureStream(jsm, takenFrom(ingest, KEYS), aboveAllBefore);
  await ensureStream(jsm, takenFrom(ingest, ZONES), aboveAllBefore);
}

/** What is published below `ingest` is kept without it, and nothing else is taken. */
function takenFrom(ingest: string, config: Stream): Stream {
  const subjects = config.subjects?.map((subject) => `${ingest}.${subject}`) ?? [];
  return { ...config, subjects, subject_transform: { src: `${ingest}.cp.>`, dest: 'cp.>' } };
}

/**
 * Above every number that the stream had before it was lost, at most one a millisecond: who read the lost one and its
 * numbers on would take lower ones for old, and acknowledge what has not come yet.
 */
async function aboveAllBefore(): Promise<number> {
  return Date.now();
}

/**
 * The hub's side of a zone: durable consumers that its copies read, of the policies, the keys and the other zones' ingresses.
 * Durable ones come back in half a second after an outage, ephemeral ones took up to 41 s.
 * @returns by stream, when each was made
 */
export async function provisionZone(jsm: JetStreamManager, zone: string): Promise<Readonly<Record<string, string>>> {
  const consumers = {
    EVENTS: pushConsumer(`ev-${zone}`, [`${EVENT_PREFIX}.>`]),
    KEYS: pushConsumer(`keys-${zone}`, [`${KEY_PREFIX}.${encodeToken(zone)}.>`]),
    // Its own come along too, and are ignored by the zone: a filter "all but mine" does not exist.
    ZONES: pushConsumer(`peers-${zone}`, [`${ZONE_PREFIX}.*.${UP_PREFIX}.*.ZoneIngress.>`]),
  };
  // At once: a zone that starts waits for the answer.
  const made = Object.entries(consumers).map(async ([stream, config]) => [
    stream,
    await ensureConsumer(jsm, stream, config),
  ]);
  return Object.fromEntries(await Promise.all(made));
}

/** Takes the hub's side of a zone away. */
export async function withdrawZone(jsm: JetStreamManager, zone: string): Promise<void> {
  for (const [stream, consumer] of [
    ['EVENTS', `ev-${zone}`],
    ['KEYS', `keys-${zone}`],
    ['ZONES', `peers-${zone}`],
  ] as const)
    await lookUp(() => jsm.consumers.delete(stream, consumer));
}

/**
 * More than there will be messages: a consumer made anew after the hub lost its files begins with what the mirrors have
 * already. They pass over it and acknowledge only their own, higher sequence, once; with the default of 1,000 the consumer
 * would wait for the others for ever.
 */
const MAX_UNACKNOWLEDGED = 1_000_000;

/** A push consumer with flow control, as durable mirrors and sources want it. Deliver subjects are unique per consumer. */
function pushConsumer(name: string, filter: readonly string[]): Partial<ConsumerConfig> & { durable_name: string } {
  return {
    durable_name: name,
    deliver_subject: `cp.repl.${name}`,
    deliver_policy: DeliverPolicy.All,
    ack_policy: 'flow_control' as AckPolicy,
    flow_control: true,
    idle_heartbeat: SECOND,
    max_ack_pending: MAX_UNACKNOWLEDGED,
    filter_subjects: [...filter],
  };
}

/** @param first sequence of its first message, if it has to be made */
async function ensureStream(jsm: JetStreamManager, config: Stream, first: () => Promise<number>): Promise<void> {
  const found = await lookUp(() => jsm.streams.info(config.name));
  if (!found) await jsm.streams.add({ ...config, first_seq: Math.max(1, await first()) });
  else if (differs(found.config, config)) await jsm.streams.update(config.name, { ...found.config, ...config });
}

/** @returns when it was made */
async function ensureConsumer(
  jsm: JetStreamManager,
  stream: string,
  config: Partial<ConsumerConfig> & { durable_name: string },
): Promise<string> {
  const found = await lookUp(() => jsm.consumers.info(stream, config.durable_name));
  if (!found) return (await jsm.consumers.add(stream, config)).created;
  // An older version may have made it.
  if (found.config.max_ack_pending !== config.max_ack_pending)
    await jsm.consumers.update(stream, config.durable_name, config);
  return found.created;
}

function differs(found: object, wanted: object): boolean {
  const have = found as Record<string, unknown>;
  return Object.entries(wanted).some(([key, value]) => JSON.stringify(have[key]) !== JSON.stringify(value));
}
