import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Of an IV, as GCM wants it. */
export const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Ciphertext {
  readonly iv: Uint8Array;
  /** With the 16-byte tag at its end. */
  readonly ciphertext: Uint8Array;
}

/** AES-256-GCM with a fresh random IV. `context` is authenticated, not encrypted. */
export function encrypt(key: Uint8Array, plaintext: Uint8Array, context: string): Ciphertext {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  return { iv, ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
}

/** @throws Error when key, context or ciphertext do not belong together. */
export function decrypt(key: Uint8Array, { iv, ciphertext }: Ciphertext, context: string): Buffer {
  const body = Buffer.from(ciphertext);
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()]);
}
