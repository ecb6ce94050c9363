import type { ResourceReader, TokenIssuer, VerifyUserToken } from '../../shared/rest/ports.ts';
import { tokenIssuer } from './tokenIssuer.ts';
import { verifyUserToken } from './verifyUserToken.ts';
import { verifyZoneToken, type ZoneToken } from './verifyZoneToken.ts';

type Deps = {
  /** Shows secrets opened. */
  readonly reader: ResourceReader;
  readonly now: () => Date;
};

/** Issues tokens, and verifies those of users and zones, with the signing keys that the reader shows. */
export function tokenAuthority({ reader, now }: Deps): {
  readonly tokens: TokenIssuer;
  readonly verifyUserToken: VerifyUserToken;
  /** @throws TokenRefused */
  readonly verifyZoneToken: (token: string, zone: string) => Promise<ZoneToken>;
} {
  const dataOf = (spec: unknown) => (spec as { data?: string } | undefined)?.data;
  const globalSecret = async (name: string) => {
    const [secret] = await reader.get({ type: 'GlobalSecret', mesh: '', name });
    const data = dataOf(secret?.resource.spec);
    return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
  };
  return {
    tokens: tokenIssuer({
      list: async (type, mesh) => (await reader.list(type, mesh)).map(({ resource }) => resource),
      open: async ({ spec }) => dataOf(spec) ?? '',
      now,
    }),
    verifyUserToken: (token) => verifyUserToken(token, { now, globalSecret }),
    verifyZoneToken: (token, zone) => verifyZoneToken(token, zone, { now, globalSecret }),
  };
}
