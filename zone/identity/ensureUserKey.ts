import { ADMIN_TOKEN_SECRET, issueAdminToken } from '../../http/token/adminToken.ts';
import { makeSigningKey, USER_KEY_PREFIX } from '../../http/token/signingKey.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import type { View } from '../../shared/view/view.ts';
import { type Replica, StaleWrite, type ZoneChangeLog } from '../replica/ports.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly log: ZoneChangeLog;
  readonly replica: Pick<Replica, 'applied'>;
  readonly now: () => Date;
};

/**
 * The key that the zone signs user tokens with, and the token of its first admin, made at the zone's first start by the names that Kuma gives
 * them (its pkg/plugins/authn/api-server/tokens). They are written together: nobody would make up for a token that is missing.
 * They stay in the zone: user tokens count only where they were issued. Of two instances that start at once one is first; a key
 * that was deleted stays deleted.
 */
export async function ensureUserKey({ view, zone, log, replica, now }: Deps): Promise<void> {
  const key = `${USER_KEY_PREFIX}-1`;
  if (view.get({ type: 'GlobalSecret', mesh: '', name: key }, zone)) return;
  const pem = await makeSigningKey();
  const token = await issueAdminToken(pem, now());
  try {
    const written = await log.putAll([
      { resource: globalSecret(key, pem, now()), expected: 0 },
      { resource: globalSecret(ADMIN_TOKEN_SECRET, token, now()) },
    ]);
    await replica.applied(written);
  } catch (error) {
    if (!(error instanceof StaleWrite)) throw error;
  }
}

function globalSecret(name: string, text: string, at: Date): Resource<SecretSpec> {
  const time = at.toISOString();
  const data = Buffer.from(text).toString('base64');
  const times = { creationTime: time, modificationTime: time };
  return { type: 'GlobalSecret', mesh: '', name, labels: {}, ...times, spec: { data } };
}
