import { randomBytes, randomUUID } from 'node:crypto';
import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';
import type { Sealed } from '../../shared/resource/secret/spec.ts';
import { decrypt, encrypt, IV_BYTES } from './aesGcm.ts';
import { KEY_BYTES, type KeyEncryptionKeys } from './keyEncryptionKey.ts';

/** A data key as it is stored: wrapped by the key-encryption key. */
export interface WrappedDataKey {
  readonly keyId: string;
  /** Key text of the Secret. */
  readonly rkey: string;
  readonly wrapped: Uint8Array;
}

/** Seals what is secret before it reaches the log. */
export interface SecretSealer {
  /** @param data base64, as in Kuma's API. A new data key for every call. */
  seal(key: ResourceKey, data: string): { readonly sealed: Sealed; readonly dataKey: WrappedDataKey };
  /** @returns base64. @throws SecretUnreadable, LogUnavailable */
  open(key: ResourceKey, sealed: Sealed): Promise<string>;
}

/** Where wrapped data keys are kept (`data_key` in the log's database). */
export interface DataKeyStore {
  /** @returns undefined when the key was destroyed. */
  get(keyId: string): Promise<Uint8Array | undefined>;
}

/** Seals every secret under a data key of its own; the data key is stored wrapped by the key-encryption key. */
export function secretSealer(keks: KeyEncryptionKeys, store: DataKeyStore): SecretSealer {
  return {
    seal: (key, data) => {
      const keyId = randomUUID();
      const dataKey = randomBytes(KEY_BYTES);
      const { iv, ciphertext } = encrypt(dataKey, Buffer.from(data, 'base64'), keyText(key));
      return {
        sealed: { keyId, iv: base64(iv), ciphertext: base64(ciphertext) },
        dataKey: { keyId, rkey: keyText(key), wrapped: wrap(keks[0], dataKey, keyId) },
      };
    },
    open: async (key, { keyId, iv, ciphertext }) => {
      try {
        const dataKey = await openDataKey(keks, store, keyId);
        if (!dataKey) throw new Error('its data key was destroyed');
        const sealed = { iv: Buffer.from(iv, 'base64'), ciphertext: Buffer.from(ciphertext, 'base64') };
        return base64(decrypt(dataKey, sealed, keyText(key)));
      } catch (error) {
        throw (error as Error).name === 'LogUnavailable' ? error : new SecretUnreadable(key, error);
      }
    },
  };
}

/** What was sealed, or its key, is not what it was. Deleting the Secret and writing it anew is the way out. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';

  constructor(key: ResourceKey, cause: unknown) {
    super(
      `the ${key.type} "${key.name}"${key.mesh && ` of mesh "${key.mesh}"`} cannot be opened: ${(cause as Error).message}; delete it and write it anew`,
      { cause },
    );
  }
}

/** The data keys were wrapped by another key-encryption key than this instance has. */
export class WrongKeyEncryptionKey extends Error {
  override name = 'WrongKeyEncryptionKey';

  constructor() {
    super(
      'the stored secrets were sealed with another key-encryption key; give this instance the one that the first was started with (the setting secrets.keyFile), or what `meridian rotate secrets-key` made since',
    );
  }
}

/** The data key of that id; undefined when it was destroyed. @throws WrongKeyEncryptionKey */
export async function openDataKey(
  keks: KeyEncryptionKeys,
  store: DataKeyStore,
  keyId: string,
): Promise<Uint8Array | undefined> {
  const wrapped = await store.get(keyId);
  if (!wrapped) return undefined;
  const dataKey = unwrap(keks, wrapped, keyId);
  if (!dataKey) throw new WrongKeyEncryptionKey();
  return dataKey;
}

/** A data key as it is stored. */
export function wrap(kek: Uint8Array, dataKey: Uint8Array, keyId: string): Uint8Array {
  const { iv, ciphertext } = encrypt(kek, dataKey, keyId);
  return Buffer.concat([iv, ciphertext]);
}

/** @returns undefined when none of the keys wrapped it */
export function unwrap(keks: readonly Uint8Array[], wrapped: Uint8Array, keyId: string): Uint8Array | undefined {
  const sealed = { iv: wrapped.subarray(0, IV_BYTES), ciphertext: wrapped.subarray(IV_BYTES) };
  for (const kek of keks) {
    try {
      return decrypt(kek, sealed, keyId);
    } catch {
      // It may be of the key before.
    }
  }
  return undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
