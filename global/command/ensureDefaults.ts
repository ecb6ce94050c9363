import type { Author, NewEvent } from '../../shared/event/event.ts';
import { type Resource, keyOf } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import { ADMIN_TOKEN_SECRET, issueAdminToken } from '../../http/token/adminToken.ts';
import { makeHubKeys, OPERATOR_KEY } from '../hubAccess/hubKeys.ts';
import {
  makeSigningKey,
  publicHalf,
  USER_KEY_PREFIX,
  ZONE_KEY_PREFIX,
  ZONE_PUBLIC_KEY_PREFIX,
} from '../../http/token/signingKey.ts';
import { appendChange } from './appendChange.ts';
import type { CommandDeps } from './ports.ts';

export const SYSTEM: Author = { user: 'system', source: '', client: 'meridian-global' };

/**
 * What every policy log has from its first start (multizone-and-dataplane §1.11, kumactl-api §7.4): signing keys of
 * zone and user tokens, the public half for the zones, the admin's token. Two instances that start at once do no harm:
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
  return create(deps, [secret(deps, name, pem), secret(deps, `${ZONE_PUBLIC_KEY_PREFIX}-1`, publicHalf(pem))]);
}

async function ensureUserKey(deps: CommandDeps): Promise<string[]> {
  const name = `${USER_KEY_PREFIX}-1`;
  if (await exists(deps, name)) return [];
  const pem = await makeSigningKey();
  const token = await issueAdminToken(pem, deps.now());
  return create(deps, [secret(deps, name, pem), secret(deps, ADMIN_TOKEN_SECRET, token)]);
}

/** As `ensureDefaults`, for who has a hub. @returns the names of what was made. */
export async function ensureHubKeys(deps: CommandDeps): Promise<readonly string[]> {
  if (await exists(deps, OPERATOR_KEY)) return [];
  return create(
    deps,
    [...(await makeHubKeys(deps.now()))].map(([name, seed]) => secret(deps, name, seed)),
  );
}

async function exists({ log }: CommandDeps, name: string): Promise<boolean> {
  return (await log.current({ type: 'GlobalSecret', mesh: '', name })) !== undefined;
}

async function create(deps: CommandDeps, resources: readonly Resource[]): Promise<string[]> {
  const events = resources.map(
    (resource): NewEvent => ({ type: 'ResourceCreated', key: keyOf(resource), resource, expectedVersion: 0 }),
  );
  await appendChange(deps, events, SYSTEM);
  return resources.map((resource) => resource.name);
}

/** A GlobalSecret with that text, as of now. */
export function secret({ now }: CommandDeps, name: string, value: string): Resource<SecretSpec> {
  const at = now().toISOString();
  const data = Buffer.from(value).toString('base64');
  return { type: 'GlobalSecret', mesh: '', name, labels: {}, creationTime: at, modificationTime: at, spec: { data } };
}
