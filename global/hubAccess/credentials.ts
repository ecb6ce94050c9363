import { encodeUser } from '@nats-io/jwt';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { gateOf, secretOf } from './apiGate.ts';
import type { HubKeys } from './hubKeys.ts';
import { zonePermissions } from './zonePermissions.ts';

/** What a client proves itself with: the JWT says who it is, the seed of its key that it is so. */
interface HubCredential {
  readonly jwt: string;
  readonly seed: Uint8Array;
}

/**
 * What global proves itself with, and what only global knows. The hub's server publishes by itself where a zone that it gathers asks for an
 * answer, which no permission can forbid, but nobody can name these.
 */
export interface GlobalCredential extends HubCredential {
  /** Beginning of the subjects that the hub's streams take messages on. */
  readonly ingest: string;
  /** As of `gateOf`. */
  readonly api: string;
}

/**
 * Global's own credential: everything in the account. Made anew at every start and kept in memory only. Signed by the account itself: the
 * hub knows that whatever has become of the signing keys.
 */
export async function globalCredential({ account }: HubKeys): Promise<GlobalCredential> {
  const user = createUser();
  const claims = { allowed_connection_types: ['STANDARD' as const] };
  const jwt = await encodeUser('global', user, account, claims);
  return { jwt, seed: user.getSeed(), ingest: `in.${secretOf(account, 'ingest')}`, api: gateOf(account) };
}

/** Global's credential at the system account: to tell the servers what the accounts are now, and to read their certificates anew. */
export async function systemCredential({ systemAccount }: HubKeys): Promise<HubCredential> {
  const user = createUser();
  const claims = {
    pub: {
      allow: [
        '$SYS.REQ.CLAIMS.UPDATE',
        '$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP',
        '$SYS.REQ.SERVER.*.RELOAD',
        '$SYS.REQ.SERVER.*.HEALTHZ',
      ],
    },
    sub: { allow: ['_INBOX.>'] },
    allowed_connection_types: ['STANDARD' as const],
  };
  return { jwt: await encodeUser('global', user, systemAccount, claims), seed: user.getSeed() };
}

/**
 * The credential of a zone's nats-server, which only a leaf node can use. The private half of `userKey` never leaves the zone.
 * @param userKey public nkey, `U…`.
 */
export function zoneCredential(
  { account, signing }: HubKeys,
  { zone, userKey, expiresAt }: { readonly zone: string; readonly userKey: string; readonly expiresAt: Date },
): Promise<string> {
  const claims = {
    ...zoneClaims(zone),
    allowed_connection_types: ['LEAFNODE' as const],
  };
  const exp = Math.floor(expiresAt.getTime() / 1000);
  return encodeUser(zone, userKey, account, claims, { signer: newest(signing), exp });
}

/** The permissions of a zone as a JWT says them. */
export function zoneClaims(zone: string) {
  const { publish, subscribe } = zonePermissions(zone);
  return { pub: { allow: [...publish] }, sub: { allow: [...subscribe] } };
}

function newest(signing: readonly KeyPair[]): KeyPair {
  const key = signing.at(-1);
  if (!key) throw new Error('there is no key to sign credentials with');
  return key;
}
