import type { KeyEncryptionKeys } from './keyEncryptionKey.ts';
import { unwrap, type WrappedDataKey, wrap } from './secretSealer.ts';

/** Where wrapped data keys are kept: `secretKeys` of the log. */
interface WrappedKeyStore {
  all(): Promise<readonly WrappedDataKey[]>;
  /** In the place of what it was. */
  replace(key: WrappedDataKey, wrapped: Uint8Array): Promise<void>;
}

/**
 * Wraps all data keys with the newest key that are not yet, one after the other. Repeating it does no harm.
 * @returns how many there were, and key texts of the Secrets whose data key none of the keys opens
 */
export async function wrapAnew(
  keks: KeyEncryptionKeys,
  store: WrappedKeyStore,
): Promise<{ readonly wrapped: number; readonly unreadable: readonly string[] }> {
  const [newest] = keks;
  const unreadable: string[] = [];
  let wrapped = 0;
  for (const key of await store.all()) {
    if (unwrap([newest], key.wrapped, key.keyId)) continue;
    const dataKey = unwrap(keks, key.wrapped, key.keyId);
    if (dataKey) {
      await store.replace(key, wrap(newest, dataKey, key.keyId));
      wrapped++;
    } else unreadable.push(key.rkey);
  }
  return { wrapped, unreadable };
}
