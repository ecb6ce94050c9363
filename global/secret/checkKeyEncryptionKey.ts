import type { KeyEncryptionKeys } from './keyEncryptionKey.ts';
import { type DataKeyStore, openDataKey } from './secretSealer.ts';

/**
 * Finds out at the start, not at the first use, that this instance was given another key than the one that the stored secrets
 * were sealed with.
 * @throws WrongKeyEncryptionKey
 */
export async function checkKeyEncryptionKey(
  keks: KeyEncryptionKeys,
  store: DataKeyStore & { ids(): Promise<readonly string[]> },
): Promise<void> {
  const [any] = await store.ids();
  if (any !== undefined) await openDataKey(keks, store, any);
}
