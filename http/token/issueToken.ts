import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { privateKey } from './signingKey.ts';

/** Tokens are dated a little before now, against skewed clocks; so are those of Kuma 2.14. */
export const BACKDATED_S = 5;
/** They are valid a day before that: they were in nobody's hands then, and are good at once where clocks are behind ours. */
const VALID_BEFORE_S = 24 * 3_600;
export const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

export interface Signing {
  /** PKCS#1 or PKCS#8 PEM of an RSA key. */
  readonly privateKeyPem: string;
  /** Serial of the key, the `kid` that verifiers look it up by. */
  readonly serial: number;
  readonly validForMs: number;
  readonly now: Date;
}

/** Signs Kuma's claims (`Name`, `Mesh`, `Tags`…) as a JWT: RS256, `kid` = serial, `iat` = now − 5 s, `nbf` a day earlier, `jti` random. */
export async function issueToken(
  claims: Readonly<Record<string, unknown>>,
  { privateKeyPem, serial, validForMs, now }: Signing,
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: String(serial), typ: 'JWT' })
    .setExpirationTime(seconds + Math.floor(validForMs / 1000))
    .setNotBefore(seconds - BACKDATED_S - VALID_BEFORE_S)
    .setIssuedAt(seconds - BACKDATED_S)
    .setJti(randomUUID())
    .sign(privateKey(privateKeyPem));
}
