import {
  type AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
  type StreamConfig,
  type StreamSource,
} from '@nats-io/jetstream';
import { HELLO_PREFIX, type Hello, type Welcome, welcomeSchema } from '../../shared/event/hello.ts';
import { encodeToken, UP_PREFIX } from '../../shared/event/subject.ts';
import type { LeafConnection } from './leafConnection.ts';

/** Nanoseconds, as JetStream counts. */
const SECOND = 1_000_000_000;
const NOT_FOUND = [10_059, 10_014];
const HELLO_TIMEOUT_MS = 5_000;

/** What the hub has as well need not be on the disk before the next message is taken; what a crash cut off comes again. */
const COPY: Partial<StreamConfig> = { persist_mode: 'async' };

/** The zone's own log and the durable that the hub sources it by. Needs nobody but the zone's nats-server. */
export async function provisionZoneLog({ jsm }: LeafConnection, zone: string): Promise<void> {
  await ensureStream(jsm, {
    name: 'ZONE',
    subjects: [`${UP_PREFIX}.>`],
    max_msgs_per_subject: 1,
    allow_atomic: true,
    allow_direct: true,
    allow_msg_ttl: true,
  });
  const durable = `up-${zone}`;
  const found = await lookUp(() => jsm.consumers.info('ZONE', durable));
  if (found) return;
  const config: Partial<ConsumerConfig> = {
    durable_name: durable,
    deliver_subject: `cp.repl.${durable}`,
    deliver_policy: DeliverPolicy.All,
    ack_policy: 'flow_control' as AckPolicy,
    flow_control: true,
    idle_heartbeat: SECOND,
  };
  await jsm.consumers.add('ZONE', config);
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

/** The mirrors of what global and the other zones write, bound to durable consumers that the hub has made. */
export async function provisionMirrors({ jsm }: LeafConnection, zone: string): Promise<void> {
  await ensureStream(jsm, {
    name: 'EVENTS',
    max_msgs_per_subject: 1,
    allow_direct: true,
    allow_msg_ttl: true,
    ...COPY,
    mirror: external('EVENTS', `ev-${zone}`),
  });
  await ensureStream(jsm, {
    name: 'KEYS',
    max_msgs_per_subject: 1,
    allow_direct: true,
    ...COPY,
    mirror: external('KEYS', `keys-${zone}`),
  });
  await ensureStream(jsm, {
    name: 'PEERS',
    max_msgs_per_subject: 1,
    allow_direct: true,
    allow_msg_ttl: true,
    ...COPY,
    sources: [external('ZONES', `peers-${zone}`)],
  });
}

/** @returns whether the mirrors are there already, from an earlier start. */
export async function hasMirrors({ jsm }: LeafConnection): Promise<boolean> {
  const found = await Promise.all(['EVENTS', 'KEYS', 'PEERS'].map((name) => lookUp(() => jsm.streams.info(name))));
  return found.every((info) => info !== undefined);
}

function external(name: string, durable: string): StreamSource {
  return {
    name,
    external: { api: '$JS.global.API', deliver: '' },
    consumer: { name: durable, deliver_subject: `cp.repl.${durable}` },
  } as unknown as StreamSource;
}

async function ensureStream(jsm: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  const found = await lookUp(() => jsm.streams.info(config.name));
  if (!found) {
    await jsm.streams.add(config);
    return;
  }
  // An older version may have made it. Where a mirror or source comes from and how it is kept cannot be changed in place.
  const { mirror: _, sources: __, persist_mode: ___, ...settings } = config;
  const have = found.config as unknown as Record<string, unknown>;
  const differs = Object.entries(settings).some(
    ([name, value]) => JSON.stringify(have[name]) !== JSON.stringify(value),
  );
  if (differs) await jsm.streams.update(config.name, { ...found.config, ...settings });
}

async function lookUp<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof JetStreamApiError && NOT_FOUND.includes(error.code)) return undefined;
    throw error;
  }
}
