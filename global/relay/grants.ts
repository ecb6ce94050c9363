import { PUBLISHED_AT_ONCE } from '../../nats/connect.ts';
import { headersOf } from '../../nats/publishBatch.ts';
import { inPortions } from '../../runtime/inPortions.ts';
import { encodeToken, KEY_PREFIX } from '../../shared/event/subject.ts';
import type { KeyGrant } from '../../shared/resource/secret/spec.ts';
import { lastMessages, subjectsIn } from './lastMessages.ts';
import type { HubConnection } from './natsConnection.ts';

/** Where data keys and zones' public keys come from. */
export interface KeyGrants {
  /** Known zones. */
  zones(): Promise<readonly string[]>;
  /** What data keys are sealed to for that zone; undefined when it is not known. */
  publicKey(zone: string): Promise<string | undefined>;
  /** Ids of the data keys of all secrets that zones may have. */
  keyIds(): Promise<readonly string[]>;
  /** A data key sealed to a zone; undefined when it was destroyed meanwhile. */
  grant(zone: string, keyId: string): Promise<KeyGrant | undefined>;
}

/** Header with the public key that a grant is sealed to. */
const SEALED_TO = 'Cp-Sealed-To';

/** Gives zones the data keys of secrets, before the event that needs them. Repeating it does no harm. */
export async function publishGrants(
  { js, ingest }: HubConnection,
  keys: KeyGrants,
  zones: readonly string[],
  keyIds: readonly string[],
): Promise<void> {
  for (const zone of zones) {
    // Asked before anything is sealed: a zone that has its next key meanwhile is given these once more.
    const publicKey = await keys.publicKey(zone);
    if (publicKey === undefined) continue;
    await inPortions(keyIds, PUBLISHED_AT_ONCE, async (keyId) => {
      const grant = await keys.grant(zone, keyId);
      const headers = headersOf({ [SEALED_TO]: publicKey });
      if (grant) await js.publish(`${ingest}.${keySubject(zone, keyId)}`, JSON.stringify(grant), { headers });
    });
  }
}

/** As `publishGrants`, of all data keys, as far as the hub does not hold them sealed to the key that the zone has now. */
export async function fillGrants(hub: HubConnection, keys: KeyGrants, zones: readonly string[]): Promise<void> {
  const keyIds = await keys.keyIds();
  for (const zone of zones) {
    const held = new Set<string>();
    const publicKey = await keys.publicKey(zone);
    const subjects = await subjectsIn(hub, 'KEYS', `${KEY_PREFIX}.${encodeToken(zone)}.>`);
    for await (const { subject, data, header } of lastMessages(hub, 'KEYS', subjects))
      if (data.length > 0 && header.get(SEALED_TO) === publicKey) held.add(keyIdOf(subject));
    await publishGrants(
      hub,
      keys,
      [zone],
      keyIds.filter((id) => !held.has(id)),
    );
  }
}

/** Overwrites grants whose data key is gone, or is for global only, with empty messages, in the mirrors too: a deleted secret stays deleted. */
export async function destroyStaleGrants(hub: HubConnection, keys: KeyGrants): Promise<void> {
  const alive = new Set(await keys.keyIds());
  const dead = (await subjectsIn(hub, 'KEYS', `${KEY_PREFIX}.>`)).filter((subject) => !alive.has(keyIdOf(subject)));
  const stale: string[] = [];
  for await (const { subject, data } of lastMessages(hub, 'KEYS', dead)) if (data.length > 0) stale.push(subject);
  await inPortions(stale, PUBLISHED_AT_ONCE, (subject) => hub.js.publish(`${hub.ingest}.${subject}`, ''));
}

function keySubject(zone: string, keyId: string): string {
  return `${KEY_PREFIX}.${encodeToken(zone)}.${keyId}`;
}

function keyIdOf(subject: string): string {
  return subject.split('.').at(-1) ?? '';
}
