import { ADMIN_TOKEN_SECRET, issueAdminToken } from '../../http/token/adminToken.ts';
import {
  makeSigningKey,
  publicHalf,
  USER_KEY_PREFIX,
  ZONE_KEY_PREFIX,
  ZONE_PUBLIC_KEY_PREFIX,
} from '../../http/token/signingKey.ts';
import { createUnlessThere, exists, secret } from './globalSecrets.ts';
import type { CommandDeps } from './ports.ts';

/**
 * What every policy log has from its first start, as with Kuma (`pkg/defaults/components.go`): signing keys of zone and user tokens, the
 * public half for the zones, the admin's token. Two instances that start at once do no harm:
 * each piece is created only if it does not exist, and the loser's change is refused as a whole.
 * @returns the names of what was made.
 */
export async function ensureDefaults(deps: CommandDeps): Promise<readonly string[]> {
  return [...(await ensureZoneKey(deps)), ...(await ensureUserKey(deps))];
}

async function ensureZoneKey(deps: CommandDeps): Promise<string[]> {
  const name = `${ZONE_KEY_PREFIX}-1`;
  if (await exists(deps, name)) return [];
  const pem = await makeSigningKey();
  return createUnlessThere(deps, [
    secret(deps, name, pem),
    secret(deps, `${ZONE_PUBLIC_KEY_PREFIX}-1`, publicHalf(pem)),
  ]);
}

async function ensureUserKey(deps: CommandDeps): Promise<string[]> {
  const name = `${USER_KEY_PREFIX}-1`;
  if (await exists(deps, name)) return [];
  const pem = await makeSigningKey();
  const token = await issueAdminToken(pem, deps.now());
  return createUnlessThere(deps, [secret(deps, name, pem), secret(deps, ADMIN_TOKEN_SECRET, token)]);
}
