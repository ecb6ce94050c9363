import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { KeyGrant, Sealed } from '../../shared/resource/secret/spec.ts';
import { openGrant, openSealed } from '../identity/openGrant.ts';

const grantSchema = z.object({ ephemeralPublicKey: z.string(), iv: z.string(), ciphertext: z.string() });

/** The data keys that this zone may use. They come sealed to the zone's key, apart from the secrets, in any order. */
export class Keyring {
  readonly #privateKey: KeyObject;
  readonly #keys = new Map<string, Buffer>();

  constructor(privateKey: KeyObject) {
    this.#privateKey = privateKey;
  }

  /**
   * Takes what KEYS says of a data key; an empty text destroys it.
   * @returns whether there is a key that was not there before. @throws Error when it is sealed to another key.
   */
  put(keyId: string, text: string): boolean {
    if (text === '') {
      this.#keys.delete(keyId);
      return false;
    }
    if (this.#keys.has(keyId)) return false;
    this.#keys.set(keyId, openGrant(grantSchema.parse(JSON.parse(text)) as KeyGrant, this.#privateKey, keyId));
    return true;
  }

  /** @returns the payload as base64; undefined as long as the key has not come. */
  open(sealed: Sealed, key: string): string | undefined {
    const dataKey = this.#keys.get(sealed.keyId);
    return dataKey && openSealed(sealed, dataKey, key);
  }
}
