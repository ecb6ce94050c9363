import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeyGrant, Sealed } from '../../shared/resource/secret/spec.ts';

const TAG_BYTES = 16;

/** Opens a data key that global sealed to this zone. @throws Error when it was sealed to another key. */
export function openGrant(grant: KeyGrant, privateKey: KeyObject, keyId: string): Buffer {
  const publicKey = createPublicKey({
    key: Buffer.from(grant.ephemeralPublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const shared = diffieHellman({ privateKey, publicKey });
  const key = new Uint8Array(hkdfSync('sha256', shared, new Uint8Array(), 'meridian-data-key', 32));
  return decrypt(key, grant, keyId);
}

/** Opens a secret with its data key. @param key text `mesh/type/name` of the Secret. @returns base64, as in Kuma's API. */
export function openSealed(sealed: Sealed, dataKey: Uint8Array, key: string): string {
  return decrypt(dataKey, sealed, key).toString('base64');
}

function decrypt(
  key: Uint8Array,
  { iv, ciphertext }: { readonly iv: string; readonly ciphertext: string },
  context: string,
): Buffer {
  const body = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64')).setAAD(Buffer.from(context));
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()]);
}
