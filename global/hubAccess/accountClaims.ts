import { decode, encodeAccount, encodeOperator, type Operator } from '@nats-io/jwt';
import type { KeyPair } from '@nats-io/nkeys';
import { z } from 'zod';
import { gatedAccount, gatedSystem } from './apiGate.ts';
import type { HubKeys } from './hubKeys.ts';

const UNLIMITED = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/**
 * Grows with what an account says that an older version would undo by saying what it knows; what that one needs stays. An account of a
 * version that said no number: 0.
 */
export const ACCOUNT_FORM = 1;
const FORM_TAG = 'meridian-form:';
const FORM = { tags: [`${FORM_TAG}${ACCOUNT_FORM}`] };

const claimsSchema = z.object({ nats: z.object({ tags: z.array(z.string()).default([]) }) });

/**
 * Of our own hub, so the signature is not verified: in JavaScript that holds up everything for 35 ms.
 * @param jwt what a hub knows of an account; empty: nothing
 */
export function formOf(jwt: string): number {
  const [, payload = ''] = jwt.split('.');
  if (!payload) return 0;
  const { tags } = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString())).nats;
  return Number(tags.find((tag) => tag.startsWith(FORM_TAG))?.slice(FORM_TAG.length) ?? 0);
}

/** What the hub's configuration is told to trust. Nothing in it is secret. */
export interface HubTrust {
  readonly operatorJwt: string;
  /** Public keys of the accounts, and what the operator says of them. */
  readonly systemAccount: { readonly id: string; readonly jwt: string };
  readonly account: { readonly id: string; readonly jwt: string };
}

/**
 * @param account what `accountJwt` says of the account now; without: nobody is revoked. @param before the operator's claims that a
 * server may have been started with: it reads its configuration anew only when they are the same, to the letter
 */
export async function hubTrust(keys: HubKeys, account?: string, before?: string): Promise<HubTrust> {
  const { operator, systemAccount } = keys;
  const system = systemAccount.getPublicKey();
  return {
    operatorJwt:
      before && says(before, keys) ? before : await encodeOperator('meridian', operator, { system_account: system }),
    systemAccount: { id: system, jwt: await systemJwt(keys) },
    account: { id: keys.account.getPublicKey(), jwt: account ?? (await accountJwt(keys)) },
  };
}

/** The account of the servers' own subjects. @param after as of `accountJwt` */
export async function systemJwt({ operator, systemAccount, account }: HubKeys, after = ''): Promise<string> {
  const claims = { limits: UNLIMITED, ...FORM, ...gatedSystem(account) };
  return datedAfter(after, await encodeAccount('SYS', systemAccount, claims, { signer: operator }), operator);
}

/**
 * The account of global and the zones: who may sign for it, and whose credentials hold no more.
 * @param revoked by public key of the user, the time in seconds up to which what it was given is refused
 * @param after what the servers know of it (its JWT), which they keep unless the new one is dated later: our clock may have been set back
 */
export async function accountJwt(
  { operator, systemAccount, account, signing }: HubKeys,
  revoked: Readonly<Record<string, number>> = {},
  after = '',
): Promise<string> {
  const claims = {
    limits: { ...UNLIMITED, ...JETSTREAM },
    signing_keys: signing.map((key) => key.getPublicKey()),
    revocations: { ...revoked },
    ...FORM,
    ...gatedAccount(systemAccount),
  };
  return datedAfter(after, await encodeAccount('CP', account, claims, { signer: operator }), operator);
}

function says(operatorJwt: string, { operator, systemAccount }: HubKeys): boolean {
  const { iss, nats } = decode<Operator>(operatorJwt);
  return iss === operator.getPublicKey() && nats.system_account === systemAccount.getPublicKey();
}

function datedAfter(before: string, jwt: string, signer: KeyPair): string {
  const known = before ? decode(before).iat : 0;
  return decode(jwt).iat > known ? jwt : datedAt(known + 1, jwt, signer);
}

/** @param iat seconds since 1970 */
function datedAt(iat: number, jwt: string, signer: KeyPair): string {
  const [header] = jwt.split('.');
  const payload = `${header}.${Buffer.from(JSON.stringify({ ...decode(jwt), iat })).toString('base64url')}`;
  return `${payload}.${Buffer.from(signer.sign(Buffer.from(payload))).toString('base64url')}`;
}
