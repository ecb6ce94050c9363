import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';

export type TokenDeps = {
  /** The payload of a GlobalSecret as text; `undefined` when there is none of that name. */
  readonly globalSecret: (name: string) => Promise<string | undefined>;
  readonly now: () => Date;
};

export interface Signed {
  readonly claims: unknown;
  /** Secret with the key that signed it. */
  readonly key: string;
}

/**
 * The claims of a token that one of our signing keys signed, the one that its `kid` names, and that is in its time; `kid` 0 is the key
 * without a number, as with Kuma (`pkg/core/tokens/validator.go`). @throws Error that says why it is refused.
 */
export async function verifySigned(token: string, prefix: string, { globalSecret, now }: TokenDeps): Promise<Signed> {
  const { kid } = decodeProtectedHeader(token);
  if (!kid) throw new Error('the token names no signing key (kid)');
  const key = kid === '0' ? prefix : `${prefix}-${kid}`;
  const pem = await globalSecret(key);
  if (!pem) throw new Error(`there is no signing key ${key}`);
  const { payload } = await jwtVerify(token, createPublicKey(pem), { algorithms: ['RS256'], currentDate: now() });
  return { claims: payload, key };
}

/** Ids of the tokens that a GlobalSecret such as `user-token-revocations` lists, separated by commas. */
export async function revokedIds(name: string, { globalSecret }: TokenDeps): Promise<ReadonlySet<string>> {
  const list = (await globalSecret(name)) ?? '';
  return new Set(list.split(',').map((id) => id.trim()));
}
