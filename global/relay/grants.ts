import { encodeToken, KEY_PREFIX } from '../../shared/event/subject.ts';
import type { KeyGrant } from '../../shared/resource/secret/spec.ts';
import type { HubConnection } from './natsConnection.ts';

/** Where data keys and zones' public keys come from. */
export interface KeyGrants {
  /** Known zones. */
  zones(): Promise<readonly string[]>;
  /** Ids of the data keys of all secrets that zones may have. */
  keyIds(): Promise<readonly string[]>;
  /** A data key sealed to a zone; undefined when it was destroyed meanwhile. */
  grant(zone: string, keyId: string): Promise<KeyGrant | undefined>;
}

/** Gives zones the data keys of secrets, before the event that needs them. Repeating it does no harm. */
export async function publishGrants(
  { js, ingest }: HubConnection,
  keys: KeyGrants,
  zones: readonly string[],
  keyIds: readonly string[],
): Promise<void> {
  for (const zone of zones) {
    await Promise.all(
      keyIds.map(async (keyId) => {
        const grant = await keys.grant(zone, keyId);
        if (grant) await js.publish(`${ingest}.${keySubject(zone, keyId)}`, JSON.stringify(grant));
      }),
    );
  }
}

/** Overwrites grants whose data key is gone, or is for global only, with empty messages, in the mirrors too: a deleted secret stays deleted. */
export async function destroyStaleGrants({ js, jsm, ingest }: HubConnection, keys: KeyGrants): Promise<void> {
  const alive = new Set(await keys.keyIds());
  const { state } = await jsm.streams.info('KEYS', { subjects_filter: `${KEY_PREFIX}.>` });
  for (const subject of Object.keys(state.subjects ?? {})) {
    const keyId = subject.split('.').at(-1) ?? '';
    if (alive.has(keyId)) continue;
    const last = await jsm.streams.getMessage('KEYS', { last_by_subj: subject });
    if (last && last.data.length > 0) await js.publish(`${ingest}.${subject}`, '');
  }
}

function keySubject(zone: string, keyId: string): string {
  return `${KEY_PREFIX}.${encodeToken(zone)}.${keyId}`;
}
