import type { KeyGrant } from '../../shared/resource/secret/spec.ts';
import { grantDataKey } from './grant.ts';
import type { KeyEncryptionKeys } from './keyEncryptionKey.ts';
import { type DataKeyStore, openDataKey } from './secretSealer.ts';

/** Where the keys are kept: `secretKeys` of the log. */
interface KeyStore extends DataKeyStore {
  /** Ids of the data keys of all secrets that zones may have. */
  idsForZones(): Promise<readonly string[]>;
  /** Public keys by zone. */
  zones(): Promise<ReadonlyMap<string, string>>;
}

/** The stored data keys as the relay gives them to zones: opened with the key-encryption keys, sealed to the zone. */
export function keyGrants(keks: KeyEncryptionKeys, store: KeyStore) {
  return {
    zones: async (): Promise<readonly string[]> => [...(await store.zones()).keys()],
    publicKey: async (zone: string): Promise<string | undefined> => (await store.zones()).get(zone),
    keyIds: (): Promise<readonly string[]> => store.idsForZones(),
    /** @returns undefined when the key was destroyed, or the zone is not known. */
    grant: async (zone: string, keyId: string): Promise<KeyGrant | undefined> => {
      const publicKey = (await store.zones()).get(zone);
      const dataKey = await openDataKey(keks, store, keyId);
      return publicKey !== undefined && dataKey ? grantDataKey(dataKey, publicKey, keyId) : undefined;
    },
  };
}
