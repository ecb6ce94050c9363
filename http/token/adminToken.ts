import { issueToken, TEN_YEARS_MS } from './issueToken.ts';

/**
 * GlobalSecret with the token of the first admin: who may read it on the control plane's host may hand it on.
 * As with Kuma (`pkg/plugins/authn/api-server/tokens/admin_token_bootstrap.go`).
 */
export const ADMIN_TOKEN_SECRET = 'admin-user-token';

const ADMIN = 'mesh-system:admin';

/** A user token of the admins' group, signed with the first key of its control plane. */
export function issueAdminToken(privateKeyPem: string, now: Date): Promise<string> {
  return issueToken({ Name: ADMIN, Groups: [ADMIN] }, { privateKeyPem, serial: 1, validForMs: TEN_YEARS_MS, now });
}
