import type { ZoneCredential, ZoneCredentials } from '../../shared/rest/ports.ts';
import { TokenRefused, type ZoneToken } from '../../http/token/verifyZoneToken.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { zoneCredential } from './credentials.ts';
import type { HubKeys } from './hubKeys.ts';

type Deps = {
  /** As they are now: they may be rotated. */
  readonly keys: () => Promise<HubKeys>;
  readonly issued: Pick<HubCredentials, 'add'>;
  /** Where the hub takes the zones' servers. */
  readonly hubUrl: string;
  /** Milliseconds that a credential holds, unless the token ends before. */
  readonly lifetime: number;
  /** @throws TokenRefused */
  readonly verifyZoneToken: (token: string, zone: string) => Promise<ZoneToken>;
  /** When the Zone of that name was last deleted; `undefined` when it is there, or never was. */
  readonly deletedAt: (zone: string) => Promise<Date | undefined>;
  /** Told when a zone's token does not hold. */
  readonly onRefused: (zone: string, error: TokenRefused) => void;
  /** Makes the Zone of a zone that joins. */
  readonly register: (zone: string) => Promise<void>;
  /** Makes the hub's side of the zone ready: its servers wait long before they look again for what was not there. */
  readonly provision: (zone: string) => Promise<unknown>;
  readonly now: () => Date;
};

/** Gives zones that present a good token what their nats-server joins the hub with. */
export function zoneCredentials(deps: Deps): ZoneCredentials {
  const { keys, issued, hubUrl, lifetime, verifyZoneToken, deletedAt, onRefused, register, provision, now } = deps;
  const admitted = async (zone: string, token: string): Promise<ZoneToken> => {
    const verified = await verifyZoneToken(token, zone);
    const deleted = await deletedAt(zone);
    if (deleted && verified.issuedAt < deleted)
      throw new TokenRefused(`the Zone ${zone} was deleted after this token was issued; it may join with a new one`);
    return verified;
  };
  return {
    issue: async ({ zone, token, userKey }): Promise<ZoneCredential> => {
      const verified = await admitted(zone, token).catch((error: unknown) => {
        if (error instanceof TokenRefused) onRefused(zone, error);
        throw error;
      });
      await register(zone);
      await provision(zone);
      const issuedAt = now();
      const expiresAt = new Date(Math.min(issuedAt.getTime() + lifetime, verified.expiresAt.getTime()));
      const hub = await keys();
      // Known before it exists: there is none that could not be revoked.
      await issued.add({ userKey, zone, tokenId: verified.id, tokenKey: verified.key, issuedAt, expiresAt });
      return {
        jwt: await zoneCredential(hub, { zone, userKey, expiresAt }),
        expiresAt: expiresAt.toISOString(),
        hubUrl,
        ca: hub.trusted,
      };
    },
  };
}
