import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { KeyGrant, Sealed } from '../../shared/resource/secret/spec.ts';
import { openGrant, openSealed } from '../identity/openGrant.ts';

const grantSchema = z.object({ ephemeralPublicKey: z.string(), iv: z.string(), ciphertext: z.string() });

/** The data keys that this zone may use. They come sealed to the zone's key, apart from the secrets, in any order. */
export class Keyring {
  readonly #privateKeys: () => readonly KeyObject[];
  readonly #keys = new Map<string, Buffer>();

  /** @param privateKeys of the zone as they are now, the newest first */
  constructor(privateKeys: () => readonly KeyObject[]) {
    this.#privateKeys = privateKeys;
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
    this.#keys.set(keyId, openedWithAny(text, this.#privateKeys(), keyId));
    return true;
  }

  /** @returns the payload as base64; undefined as long as the key has not come. */
  open(sealed: Sealed, key: string): string | undefined {
    const dataKey = this.#keys.get(sealed.keyId);
    return dataKey && openSealed(sealed, dataKey, key);
  }
}

/** Can a grant as `KEYS` holds it be opened with this key? */
export function opensGrant(text: string, privateKey: KeyObject, keyId: string): boolean {
  try {
    openGrant(grantIn(text), privateKey, keyId);
    return true;
  } catch {
    return false;
  }
}

function openedWithAny(text: string, privateKeys: readonly KeyObject[], keyId: string): Buffer {
  const grant = grantIn(text);
  const fitting = privateKeys.find((one) => opensGrant(text, one, keyId)) ?? privateKeys[0];
  if (!fitting) throw new Error('the zone has no key');
  return openGrant(grant, fitting, keyId);
}

function grantIn(text: string): KeyGrant {
  return grantSchema.parse(JSON.parse(text));
}
