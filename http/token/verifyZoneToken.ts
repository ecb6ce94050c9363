import { z } from 'zod';
import { BACKDATED_S } from './issueToken.ts';
import { ZONE_KEY_PREFIX } from './signingKey.ts';
import { revokedIds, type TokenDeps, verifySigned } from './verifySigned.ts';

const claimsSchema = z.object({
  Zone: z.string(),
  Scope: z.array(z.string()).nullish(),
  jti: z.string(),
  iat: z.number(),
  exp: z.number(),
});

/** GlobalSecret with the ids of zone tokens that hold no more. */
export const ZONE_REVOCATIONS = 'zone-token-revocations';
/** Scope of a token that a zone's control plane joins with; zone proxies have `ingress` and `egress`. */
const CONTROL_PLANE_SCOPE = 'cp';

/** A token is not accepted; the message says why, and is told to whoever presented it. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
}

export interface ZoneToken {
  readonly id: string;
  /** GlobalSecret with the key that signed it. */
  readonly key: string;
  /** To the second. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Verifies the token that a zone's control plane presents: signed by us, in its time, not revoked, for this zone and for a
 * control plane. @throws TokenRefused
 */
export async function verifyZoneToken(token: string, zone: string, deps: TokenDeps): Promise<ZoneToken> {
  const { key, claims } = await verifySigned(token, ZONE_KEY_PREFIX, deps)
    .then((signed) => ({ ...signed, claims: claimsSchema.parse(signed.claims) }))
    .catch((error: Error) => {
      throw new TokenRefused(`the zone token is not valid: ${error.message}`);
    });
  if (claims.Zone !== zone) throw new TokenRefused(`the zone token is for zone ${claims.Zone}, not for ${zone}`);
  const scope = claims.Scope ?? [];
  if (!scope.includes(CONTROL_PLANE_SCOPE))
    throw new TokenRefused(`the zone token is for ${scope.join(', ') || 'nothing'}, not for ${CONTROL_PLANE_SCOPE}`);
  if ((await revokedIds(ZONE_REVOCATIONS, deps)).has(claims.jti))
    throw new TokenRefused(`the zone token ${claims.jti} is revoked`);
  return {
    id: claims.jti,
    key,
    issuedAt: new Date((claims.iat + BACKDATED_S) * 1000),
    expiresAt: new Date(claims.exp * 1000),
  };
}
