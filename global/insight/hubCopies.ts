import { hash } from 'node:crypto';
import { keepLooking } from '../../runtime/keepLooking.ts';
import { CopyDigest, type CopyName, type ZoneDigests } from '../../shared/event/copies.ts';
import { encodeToken, KEY_PREFIX, UP_PREFIX, ZONE_PREFIX } from '../../shared/event/subject.ts';
import { lastMessages, subjectsIn } from '../relay/lastMessages.ts';
import type { HubConnection } from '../relay/natsConnection.ts';

/** What a zone's copies should hold. */
export type Originals = Readonly<Record<CopyName, ZoneDigests>>;

type Deps = {
  readonly hub: Pick<HubConnection, 'jsm' | 'direct'>;
  readonly zones: () => readonly string[];
  /** What the hub holds at this moment, for each zone. */
  readonly onRead: (originals: ReadonlyMap<string, Originals>) => void;
  readonly onError: (error: Error) => void;
};

const READ_MS = 5_000;
const INGRESSES = `${ZONE_PREFIX}.*.${UP_PREFIX}.*.ZoneIngress.>`;

/** Reads again and again, until the signal aborts, what the hub holds of that which zones copy besides the policy log. */
export function readHubCopies({ hub, zones, onRead, onError }: Deps, signal: AbortSignal): Promise<void> {
  const keys = new Map<string, ZoneDigests>();
  let keysAt = '';
  /** Keys change seldom: they are read when the stream is another than before. */
  const readKeys = async (names: readonly string[]) => {
    const { state, created } = await hub.jsm.streams.info('KEYS');
    const at = JSON.stringify([created, state.last_seq, state.messages, names]);
    if (at === keysAt) return;
    for (const zone of names) keys.set(zone, await lastOf(hub, 'KEYS', `${KEY_PREFIX}.${encodeToken(zone)}.>`));
    keysAt = at;
  };
  const read = async () => {
    const names = zones();
    if (names.length === 0) return;
    await readKeys(names);
    const peers = await lastOf(hub, 'ZONES', INGRESSES);
    onRead(new Map(names.map((zone) => [zone, { KEYS: keys.get(zone) ?? {}, PEERS: peers }])));
  };
  return keepLooking(read, { every: READ_MS, onError, signal });
}

async function lastOf(hub: Deps['hub'], stream: string, filter: string): Promise<ZoneDigests> {
  const digest = new CopyDigest((text) => hash('sha256', text, 'buffer'));
  const subjects = await subjectsIn(hub, stream, filter);
  for await (const message of lastMessages(hub, stream, subjects)) digest.take(message.subject, message.string());
  return digest.byZone;
}
