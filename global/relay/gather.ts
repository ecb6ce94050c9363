import type { StreamSource } from '@nats-io/jetstream';
import { nuid, RequestError } from '@nats-io/transport-node';
import { z } from 'zod';
import { encodeToken, ZONE_PREFIX } from '../../shared/event/subject.ts';
import { TIMEOUT_MS } from '../../nats/connect.ts';
import { keepLooking } from '../../runtime/keepLooking.ts';
import type { HubConnection } from './natsConnection.ts';

/**
 * Makes a zone's own log a source of `ZONES`, from its very beginning: the zone's durable may have served a stream that was lost.
 * @param anew also when it is one already. The hub counts the messages that a durable delivers and drops, without a word, all whose
 * number it has seen; a durable that was made anew, or lost its latest state in a crash, begins with lower ones.
 * @throws Error when the zone's nats-server is not connected; it is no source then, until it is.
 */
export async function gatherZone({ nats, jsm }: HubConnection, zone: string, anew = false): Promise<void> {
  const { config } = await jsm.streams.info('ZONES');
  const before = config.sources ?? [];
  const source = sourceOf(zone);
  const sources = before.filter(({ external }) => external?.api !== source.external.api);
  const isOne = sources.length < before.length;
  if (isOne && !anew) return;
  if (isOne) await jsm.streams.update('ZONES', { ...config, sources });
  await rewind(nats, source);
  await jsm.streams.update('ZONES', { ...config, sources: [...sources, source] });
}

/** `ZONES` takes nothing more of that zone. */
export async function abandonZone({ jsm }: Pick<HubConnection, 'jsm'>, zone: string): Promise<void> {
  const { config } = await jsm.streams.info('ZONES');
  const sources = config.sources ?? [];
  const others = sources.filter(({ external }) => external?.api !== apiOf(zone));
  if (others.length < sources.length) await jsm.streams.update('ZONES', { ...config, sources: others });
}

/**
 * Gathers a zone that greets, and anew when it has another log than the last time, or when that is not known.
 * @returns to be called with the zone and what its greeting says of its log
 */
export function gatherGreeting(hub: HubConnection): (zone: string, log: string | undefined) => Promise<void> {
  const gathered = new Map<string, string>();
  return async (zone, log) => {
    await gatherZone(hub, zone, log !== undefined && log !== gathered.get(zone));
    if (log !== undefined) gathered.set(zone, log);
  };
}

const LOOK_MS = 2_000;

/** Sees to it, for as long as `signal` is not aborted, that every zone that is connected is gathered: a hub that lost its files has none. */
export function gatherZones(
  hub: HubConnection,
  zones: () => Promise<readonly string[]>,
  onError: (error: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  const look = async () => gatherAll(hub, await zones().catch(() => []), onError);
  return keepLooking(look, { every: LOOK_MS, onError, signal });
}

async function gatherAll(hub: HubConnection, zones: readonly string[], onError: (error: Error) => void): Promise<void> {
  if (zones.length === 0) return;
  const { config } = await hub.jsm.streams.info('ZONES');
  const gathered = new Set(config.sources?.map(({ external }) => external?.api));
  for (const zone of zones) {
    if (gathered.has(apiOf(zone))) continue;
    await gatherZone(hub, zone).catch((error: Error) => {
      // It is gathered when it connects.
      if (!isNotConnected(error)) onError(error);
    });
  }
}

function isNotConnected(error: unknown): boolean {
  return error instanceof RequestError && error.isNoResponders();
}

function apiOf(zone: string): string {
  return `$JS.${zone}.API`;
}

const resetReply = z.object({ error: z.object({ description: z.string() }).optional() });

async function rewind(nats: HubConnection['nats'], { name, consumer, external }: DurableSource): Promise<void> {
  const domain = external.api.split('.')[1];
  const reply = await nats.request(
    `${external.api}.CONSUMER.RESET.${name}.${consumer.name}`,
    JSON.stringify({ seq: 1 }),
    // Where the servers themselves have such answers sent; no zone may answer elsewhere.
    { timeout: TIMEOUT_MS, noMux: true, reply: `$JSC.R.${domain}.meridian.${name}.${consumer.name}.${nuid.next()}` },
  );
  const { error } = resetReply.parse(reply.json());
  if (error) throw new Error(`${consumer.name} cannot be read from its beginning: ${error.description}`);
}

type DurableSource = StreamSource & {
  readonly external: { readonly api: string };
  readonly consumer: { readonly name: string; readonly deliver_subject: string };
};

function sourceOf(zone: string): DurableSource {
  return {
    name: 'ZONE',
    external: { api: apiOf(zone), deliver: '' },
    consumer: { name: `up-${zone}`, deliver_subject: `cp.repl.up-${zone}` },
    // The source of the transform must be `>`: what matches none would pass unchanged.
    subject_transforms: [{ src: '>', dest: `${ZONE_PREFIX}.${encodeToken(zone)}.>` }],
  };
}
