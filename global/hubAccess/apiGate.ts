import { createHmac } from 'node:crypto';
import { decode, type Export, type Import } from '@nats-io/jwt';
import type { KeyPair } from '@nats-io/nkeys';

/** What the claims of an account say of where subjects lead. */
interface Paths {
  readonly exports?: Export[];
  readonly imports?: Import[];
  readonly mappings?: Readonly<Record<string, readonly { readonly subject: string }[]>>;
}

/** Where JetStream's API is asked, in every account. */
const API = '$JS.API';
/** Where global asks it, a secret behind it. The zones' servers are told of this subject, so the secret must not be in it. */
const GATE = 'cp.api';
/** Nobody listens here. */
const NOWHERE = 'cp.closed';

/** Beginning of the subjects that global asks the hub's JetStream on: a secret that follows from the account's key. */
export function gateOf(account: KeyPair): string {
  return `${GATE}.${secretOf(account, 'api')}`;
}

/**
 * The account that answers for JetStream: it takes what comes through the gate with the secret, and drops all else. Permissions cannot say
 * that, since a server publishes by itself where another one asks for its answer. What consumers answer themselves, `CONSUMER.RESET`, never
 * comes here; zones' servers ask for it of what is theirs.
 */
export function gatedSystem(account: KeyPair): Paths {
  return {
    exports: [API, `${GATE}.*`].map((subject) => ({ name: subject, subject: `${subject}.>`, type: 'service' })),
    mappings: { [`${API}.>`]: [{ subject: `${NOWHERE}.>` }], [`${gateOf(account)}.>`]: [{ subject: `${API}.>` }] },
  };
}

/** @param systemJwt what a hub knows of its system account; empty: nothing @param gate as of `gateOf` */
export function knowsGate(systemJwt: string, gate: string): boolean {
  return systemJwt !== '' && `${gate}.>` in (decode<Paths>(systemJwt).nats.mappings ?? {});
}

/** The account of global and the zones. */
export function gatedAccount(systemAccount: KeyPair): Paths {
  const subject = `${GATE}.*.>`;
  return { imports: [{ name: GATE, subject, type: 'service', account: systemAccount.getPublicKey(), share: true }] };
}

/** A secret that only global knows, and always the same: of a key that lasts. */
export function secretOf(account: KeyPair, use: string): string {
  return createHmac('sha256', account.getSeed()).update(use).digest('hex').slice(0, 32);
}
