import type { IssuedCredential } from '../log/hubCredentials.ts';

/** What a zone's credential stands on. */
export interface Grounds {
  /** Ids of zone tokens that are revoked. */
  readonly revokedTokens: ReadonlySet<string>;
  /** Names of the keys that zone tokens are signed with. */
  readonly tokenKeys: ReadonlySet<string>;
  /** Zones that there are, and since when. */
  readonly zones: ReadonlyMap<string, Date>;
}

/**
 * The issued credentials that hold no more: their token was revoked, or its signing key is gone, or the Zone was deleted, even if
 * there is one of that name again.
 */
export function revokedCredentials(issued: readonly IssuedCredential[], grounds: Grounds): IssuedCredential[] {
  const { revokedTokens, tokenKeys, zones } = grounds;
  return issued.filter(({ zone, tokenId, tokenKey, issuedAt }) => {
    const since = zones.get(zone);
    const stands = since !== undefined && since <= issuedAt && tokenKeys.has(tokenKey) && !revokedTokens.has(tokenId);
    return !stands;
  });
}
