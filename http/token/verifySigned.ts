import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';

export type TokenDeps = {
  /** The payload of a GlobalSecret as text; `undefined` when there is none of that name. */
  readonly globalSecret: (name: string) => Promise<string | undefined>;
  readonly now: () => Date;
};

/**
 * The claims of a token that one of our signing keys signed, the one that its `kid` names, and that is in its time
 * (kumactl-api §7.1, §7.3). @throws Error that says why it is refused.
 */
export async function verifySigned(token: string, prefix: string, { globalSecret, now }: TokenDeps): Promise<unknown> {
  const { kid } = decodeProtectedHeader(token);
  if (!kid) throw new Error('the token names no signing key (kid)');
  const pem = await globalSecret(kid === '0' ? prefix : `${prefix}-${kid}`);
  if (!pem) throw new Error(`there is no signing key ${prefix}-${kid}`);
  const { payload } = await jwtVerify(token, createPublicKey(pem), { algorithms: ['RS256'], currentDate: now() });
  return payload;
}

/** Ids of the tokens that a GlobalSecret such as `user-token-revocations` lists, separated by commas. */
export async function revokedIds(name: string, { globalSecret }: TokenDeps): Promise<ReadonlySet<string>> {
  const list = (await globalSecret(name)) ?? '';
  return new Set(list.split(',').map((id) => id.trim()));
}
