import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** A new RSA 2048 signing key as PKCS#1 PEM, the form that Kuma keeps in Secrets (`pkg/core/tokens/signing_key.go`). */
export async function makeSigningKey(): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** The public half as PEM: what zones get to verify zone tokens with. */
export function publicHalf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: 'pkcs1', format: 'pem' }).toString();
}

export function privateKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}

/**
 * The serial that a key's name ends with: `…-3` is 3, the bare prefix counts as 0 (Kuma's first keys had none).
 * @returns undefined for names that are not of this prefix.
 */
export function serialOf(name: string, prefix: string): number | undefined {
  if (name === prefix) return 0;
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const serial = name.slice(prefix.length + 1);
  return /^\d+$/.test(serial) ? Number(serial) : undefined;
}

/** The key to sign with: the highest serial. */
export function newestKey<T extends { readonly name: string }>(
  keys: Iterable<T>,
  prefix: string,
): { readonly serial: number; readonly key: T } | undefined {
  let newest: { serial: number; key: T } | undefined;
  for (const key of keys) {
    const serial = serialOf(key.name, prefix);
    if (serial !== undefined && (!newest || serial > newest.serial)) newest = { serial, key };
  }
  return newest;
}

export const dataplaneKeyPrefix = (mesh: string) => `dataplane-token-signing-key-${mesh}`;
export const ZONE_KEY_PREFIX = 'zone-token-signing-key';
export const ZONE_PUBLIC_KEY_PREFIX = 'zone-token-signing-public-key';
export const USER_KEY_PREFIX = 'user-token-signing-key';
