import {
  type AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
  type StreamInfo,
  type StreamSource,
} from '@nats-io/jetstream';
import { TimeoutError } from '@nats-io/transport-node';
import { lookUp } from '../../nats/lookUp.ts';
import { HELLO_PREFIX, type Hello, type Welcome, welcomeSchema } from '../../shared/event/hello.ts';
import { encodeToken, KEPT_PREFIX, UP_PREFIX } from '../../shared/event/subject.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';

/** Nanoseconds, as JetStream counts. */
const SECOND = 1_000_000_000;
const HELLO_TIMEOUT_MS = 5_000;
const TIMEOUT_MS = 2_000;

const UPWARDS = `${UP_PREFIX}.>`;

const MIRRORS = ['EVENTS', 'KEYS', 'PEERS'];

/** What the hub has as well need not be on the disk before the next message is taken; what a crash cut off comes again. */
const COPY: Partial<StreamConfig> = { persist_mode: 'async' };

/**
 * The zone's own log and the durable that the hub sources it by, which passes over what stays in the zone. Needs nobody but the
 * zone's nats-server.
 */
export async function provisionZoneLog({ jsm }: LeafConnection, zone: string): Promise<void> {
  const durable = `up-${zone}`;
  // An older version let the hub source everything: that ends before there is something which must not go there.
  const found = await lookUp(() => jsm.consumers.info('ZONE', durable));
  if (found && found.config.filter_subject !== UPWARDS)
    await jsm.consumers.update('ZONE', durable, { filter_subject: UPWARDS });
  await ensureStream(jsm, {
    name: 'ZONE',
    // Above every number that it had before it was lost: who reads on would take lower ones for old.
    first_seq: Date.now(),
    subjects: [UPWARDS, `${KEPT_PREFIX}.>`],
    max_msgs_per_subject: 1,
    allow_atomic: true,
    allow_direct: true,
    allow_msg_ttl: true,
  });
  if (found) return;
  const config: Partial<ConsumerConfig> = {
    durable_name: durable,
    filter_subject: UPWARDS,
    deliver_subject: `cp.repl.${durable}`,
    deliver_policy: DeliverPolicy.All,
    ack_policy: 'flow_control' as AckPolicy,
    flow_control: true,
    idle_heartbeat: SECOND,
  };
  await jsm.consumers.add('ZONE', config);
}

/** As `provisionZoneLog`, again where the nats-server does not answer in time: one that has just been started may have much to read. */
export async function openZoneLog(leaf: LeafConnection, zone: string): Promise<void> {
  for (;;) {
    try {
      return await provisionZoneLog(leaf, zone);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}

/**
 * Greets global, which makes the hub's side of this zone ready.
 * @throws Error when nobody answers (global is away) or the answer is a refusal; the zone goes on with what it has.
 */
export async function greet({ nats }: LeafConnection, hello: Hello): Promise<Exclude<Welcome, { error: string }>> {
  const answer = await nats.request(`${HELLO_PREFIX}.${encodeToken(hello.zone)}`, JSON.stringify(hello), {
    timeout: HELLO_TIMEOUT_MS,
  });
  const welcome = welcomeSchema.parse(answer.json());
  if ('error' in welcome) throw new Error(`global refuses this zone: ${welcome.error}`);
  return welcome;
}

interface MirrorOptions {
  /** Those of them that are made anew, and filled from the beginning, also when they are there. */
  readonly anew?: ReadonlySet<string>;
  /** Stream of the hub → when the consumer was made that it is read by; one that reads by another is made anew. */
  readonly consumers?: Readonly<Record<string, string>> | undefined;
}

/** In the metadata of a mirror: when the consumer was made that it reads by. */
const CONSUMER_MADE = 'meridian-consumer';

/** Copies of what global and the other zones write, bound to durable consumers that the hub has made. */
export async function provisionMirrors(
  leaf: LeafConnection,
  zone: string,
  { anew = new Set(), consumers = {} }: MirrorOptions = {},
): Promise<void> {
  const common = { max_msgs_per_subject: 1, allow_direct: true, ...COPY };
  const ensure = (config: Partial<StreamConfig> & { name: string }, origin: DurableSource) =>
    ensureCopy(leaf, { ...common, ...config }, origin, { anew: anew.has(config.name), made: consumers[origin.name] });
  const events = external('EVENTS', `ev-${zone}`);
  const peers = external('ZONES', `peers-${zone}`);
  // No mirror: a hub that lost its files numbers the keys anew, and a mirror would take none until its own number is passed.
  const keys = external('KEYS', `keys-${zone}`);
  const ensured = await Promise.allSettled([
    ensure({ name: 'EVENTS', allow_msg_ttl: true, mirror: events }, events),
    ensure({ name: 'KEYS', sources: [keys] }, keys),
    ensure({ name: 'PEERS', allow_msg_ttl: true, sources: [peers] }, peers),
  ]);
  const failed = ensured.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** What the zone's nats-server holds. */
interface LeafStreams {
  /** Which zone log there is, and the run of the server that serves it; absent: there is none. */
  readonly log?: string;
  /** Absent when one is missing. */
  readonly mirrors?: readonly StreamInfo[];
}

/** One question, whatever there is: it is asked every now and then for as long as the zone runs. */
export async function findStreams({ nats, jsm }: LeafConnection): Promise<LeafStreams> {
  const found = await jsm.streams.list().next();
  const named = (name: string) => found.filter(({ config }) => config.name === name);
  const [log] = named('ZONE');
  const mirrors = MIRRORS.flatMap(named);
  return {
    ...(log && { log: `${log.created} ${nats.info?.server_id}` }),
    ...(mirrors.length === MIRRORS.length && { mirrors }),
  };
}

type DurableSource = StreamSource & { readonly consumer: { readonly name: string; readonly deliver_subject: string } };

function external(name: string, durable: string): DurableSource {
  return {
    name,
    external: { api: '$JS.global.API', deliver: '' },
    consumer: { name: durable, deliver_subject: `cp.repl.${durable}` },
  };
}

/** Makes a copy of a stream of the hub, from its very beginning: the durable may have served a copy that was lost. */
async function ensureCopy(
  { nats, jsm }: LeafConnection,
  config: Partial<StreamConfig> & { name: string },
  origin: DurableSource,
  { anew, made }: { readonly anew: boolean; readonly made: string | undefined },
): Promise<void> {
  const found = await lookUp(() => jsm.streams.info(config.name));
  const before = found?.config.metadata?.[CONSUMER_MADE];
  const isOther = before !== undefined && made !== undefined && before !== made;
  if (found && !anew && !isOther && Boolean(found.config.mirror) === Boolean(config.mirror)) {
    await ensureStream(jsm, config);
    // An older version did not note it.
    if (made !== undefined && before === undefined) await note(jsm, config.name, made);
    return;
  }
  // Before it is read from its beginning: what the old copy acknowledges of that would be passed over by the new one.
  if (found) await jsm.streams.delete(config.name);
  const hub = await jetstreamManager(nats, { domain: 'global', checkAPI: false, timeout: TIMEOUT_MS });
  await hub.consumers.reset(origin.name, origin.consumer.name, 1);
  await jsm.streams.add({ ...config, ...(made !== undefined && { metadata: { [CONSUMER_MADE]: made } }) });
}

async function note(jsm: JetStreamManager, name: string, made: string): Promise<void> {
  const { config } = await jsm.streams.info(name);
  await jsm.streams.update(name, { ...config, metadata: { ...config.metadata, [CONSUMER_MADE]: made } });
}

async function ensureStream(jsm: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  const found = await lookUp(() => jsm.streams.info(config.name));
  if (!found) {
    await jsm.streams.add(config);
    return;
  }
  // An older version may have made it. Where a mirror or source comes from and how it is kept cannot be changed in place.
  const { mirror: _, sources: __, persist_mode: ___, first_seq: ____, ...settings } = config;
  const have = found.config as unknown as Record<string, unknown>;
  const differs = Object.entries(settings).some(
    ([name, value]) => JSON.stringify(have[name]) !== JSON.stringify(value),
  );
  if (differs) await jsm.streams.update(config.name, { ...found.config, ...settings });
}
