import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import { USER_KEY_PREFIX } from './signingKey.ts';

const claimsSchema = z.object({ Name: z.string(), Groups: z.array(z.string()).nullish(), jti: z.string().optional() });

type Deps = {
  /** The payload of a GlobalSecret as text; `undefined` when there is none of that name. */
  readonly globalSecret: (name: string) => Promise<string | undefined>;
  readonly now: () => Date;
};

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Verifies a user token: signed by the key that its `kid` names, in its time, not revoked (kumactl-api §7.1, §7.3).
 * @throws Error that says why it is refused; never shown to the caller, only logged.
 */
export async function verifyUserToken(token: string, { globalSecret, now }: Deps): Promise<User> {
  const { kid } = decodeProtectedHeader(token);
  if (!kid) throw new Error('the token names no signing key (kid)');
  const pem = await globalSecret(kid === '0' ? USER_KEY_PREFIX : `${USER_KEY_PREFIX}-${kid}`);
  if (!pem) throw new Error(`there is no signing key ${USER_KEY_PREFIX}-${kid}`);
  const { payload } = await jwtVerify(token, createPublicKey(pem), { algorithms: ['RS256'], currentDate: now() });
  const claims = claimsSchema.parse(payload);
  const revoked = ((await globalSecret('user-token-revocations')) ?? '').trim().split(',');
  if (claims.jti && revoked.includes(claims.jti)) throw new Error(`the token ${claims.jti} is revoked`);
  return { name: claims.Name, groups: claims.Groups ?? [] };
}
