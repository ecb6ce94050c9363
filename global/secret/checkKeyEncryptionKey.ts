import type { KeyEncryptionKeys } from './keyEncryptionKey.ts';
import { type DataKeyStore, openDataKey, WrongKeyEncryptionKey } from './secretSealer.ts';

/**
 * Finds out at the start, not at the first use, that this instance was given another key than the one that the stored secrets
 * were sealed with. One secret may be damaged: then another one tells.
 * @throws WrongKeyEncryptionKey
 */
export async function checkKeyEncryptionKey(
  keks: KeyEncryptionKeys,
  store: DataKeyStore & { ids(): Promise<readonly string[]> },
): Promise<void> {
  let problem: WrongKeyEncryptionKey | undefined;
  for (const id of await store.ids()) {
    try {
      await openDataKey(keks, store, id);
      return;
    } catch (error) {
      if (!(error instanceof WrongKeyEncryptionKey)) throw error;
      problem = error;
    }
  }
  if (problem) throw problem;
}
