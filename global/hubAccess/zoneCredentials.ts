import type { ZoneCredential, ZoneCredentials } from '../../shared/rest/ports.ts';
import type { ZoneToken } from '../../http/token/verifyZoneToken.ts';
import { zoneCredential } from './credentials.ts';
import type { HubKeys } from './hubKeys.ts';

type Deps = {
  readonly keys: HubKeys;
  /** Where the hub takes the zones' servers. */
  readonly hubUrl: string;
  /** Milliseconds that a credential holds. */
  readonly lifetime: number;
  /** @throws TokenRefused */
  readonly verifyZoneToken: (token: string, zone: string) => Promise<ZoneToken>;
  readonly now: () => Date;
  /** Makes the Zone of a zone that joins. */
  readonly register: (zone: string) => Promise<void>;
};

/** Gives zones that present a good token what their nats-server joins the hub with. */
export function zoneCredentials({ keys, hubUrl, lifetime, register, verifyZoneToken, now }: Deps): ZoneCredentials {
  return {
    issue: async ({ zone, token, userKey }): Promise<ZoneCredential> => {
      await verifyZoneToken(token, zone);
      await register(zone);
      const expiresAt = new Date(now().getTime() + lifetime);
      return {
        jwt: await zoneCredential(keys, { zone, userKey, expiresAt }),
        expiresAt: expiresAt.toISOString(),
        hubUrl,
        ca: keys.ca.certificatePem,
      };
    },
  };
}
