import { z } from 'zod';
import { USER_KEY_PREFIX } from './signingKey.ts';
import { revokedIds, type TokenDeps, verifySigned } from './verifySigned.ts';

const claimsSchema = z.object({ Name: z.string(), Groups: z.array(z.string()).nullish(), jti: z.string().optional() });

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * Verifies a user token: signed by the key that its `kid` names, in its time, not revoked.
 * @throws Error that says why it is refused; never shown to the caller, only logged.
 */
export async function verifyUserToken(token: string, deps: TokenDeps): Promise<User> {
  const signed = await verifySigned(token, USER_KEY_PREFIX, deps);
  const claims = claimsSchema.parse(signed.claims);
  const revoked = await revokedIds('user-token-revocations', deps);
  if (claims.jti && revoked.has(claims.jti)) throw new Error(`the token ${claims.jti} is revoked`);
  return { name: claims.Name, groups: claims.Groups ?? [] };
}
