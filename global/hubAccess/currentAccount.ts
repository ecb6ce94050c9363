import type { CommandDeps } from '../command/ports.ts';
import type { HubCredentials } from '../log/hubCredentials.ts';
import { accountJwt, systemJwt } from './accountClaims.ts';
import type { HubKeys } from './hubKeys.ts';
import { readHubKeys } from './readHubKeys.ts';
import { revokedNow } from './revokedNow.ts';

/** What the hub is to know of an account. */
export interface HubAccount {
  readonly id: string;
  /** Differs when the account does. */
  readonly content: string;
  /** @param after the JWT that it replaces; empty: none */
  sign(after: string): Promise<string>;
}

type Deps = { readonly commands: CommandDeps; readonly issued: HubCredentials };

/** All that the hub is to know, in the order that it is to be told. */
export async function currentAccounts(deps: Deps): Promise<readonly HubAccount[]> {
  const keys = await readHubKeys(deps.commands);
  return [systemAccount(keys), await currentAccount(deps, keys)];
}

function systemAccount(keys: HubKeys): HubAccount {
  const id = keys.systemAccount.getPublicKey();
  return { id, content: id, sign: (after) => systemJwt(keys, after) };
}

/** The account of global and the zones as it follows from the log and the credentials that were issued. */
export async function currentAccount(deps: Deps, keys: HubKeys): Promise<HubAccount> {
  const { revoked } = await revokedNow(deps);
  const times = revoked
    .map(({ userKey, expiresAt }) => [userKey, Math.ceil(expiresAt.getTime() / 1000)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const signing = keys.signing.map((key) => key.getPublicKey());
  return {
    id: keys.account.getPublicKey(),
    content: JSON.stringify({ signing, times }),
    sign: (after) => accountJwt(keys, Object.fromEntries(times), after),
  };
}
