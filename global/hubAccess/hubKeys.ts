import { createAccount, createOperator, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { serialOf } from '../../http/token/signingKey.ts';
import type { CaMaterial } from '../certificate/root.ts';
import { makeServerCa } from '../certificate/serverCertificate.ts';

/**
 * The keys that say who may use the hub (NATS' decentralised authentication): the operator vouches for two accounts, and an
 * account's signing keys vouch for its users. The hub's configuration holds none of them, only what they signed.
 */
export interface HubKeys {
  readonly operator: KeyPair;
  /** Account of the servers' own subjects, `$SYS`. */
  readonly systemAccount: KeyPair;
  /** Account of all that global and the zones exchange. */
  readonly account: KeyPair;
  /** They sign the credentials of global and the zones; the last is the newest, and signs. Credentials of all of them hold. */
  readonly signing: readonly KeyPair[];
  /** CA of the servers' certificates: the hub's, and global's own. */
  readonly ca: CaMaterial;
}

export const OPERATOR_KEY = 'hub-operator-key';
const SYSTEM_ACCOUNT_KEY = 'hub-system-account-key';
const ACCOUNT_KEY = 'hub-account-key';
const CA_CERTIFICATE = 'hub-ca-certificate';
const CA_KEY = 'hub-ca-key';
export const SIGNING_KEY_PREFIX = 'hub-account-signing-key';

/** New keys: seeds and PEMs by the name of the GlobalSecret that holds them. */
export async function makeHubKeys(now: Date): Promise<ReadonlyMap<string, string>> {
  const ca = await makeServerCa(now);
  return new Map([
    [OPERATOR_KEY, seedOf(createOperator())],
    [SYSTEM_ACCOUNT_KEY, seedOf(createAccount())],
    [ACCOUNT_KEY, seedOf(createAccount())],
    [`${SIGNING_KEY_PREFIX}-1`, makeSigningSeed()],
    [CA_CERTIFICATE, ca.certificatePem],
    [CA_KEY, ca.privateKeyPem],
  ]);
}

/** Seed of a new key to sign credentials with. */
export function makeSigningSeed(): string {
  return seedOf(createAccount());
}

/** @throws Error that names the GlobalSecret that is missing or holds no seed. */
export function parseHubKeys(secrets: ReadonlyMap<string, string>): HubKeys {
  const text = (name: string) => {
    const found = secrets.get(name);
    if (found === undefined)
      throw new Error(`there is no GlobalSecret ${name}; the hub's keys belong together, restore it`);
    return found;
  };
  const key = (name: string) => parseSeed(name, text(name));
  const signing = [...secrets.keys()]
    .map((name) => ({ name, serial: serialOf(name, SIGNING_KEY_PREFIX) ?? 0 }))
    .filter(({ serial }) => serial > 0)
    .sort((a, b) => a.serial - b.serial)
    .map(({ name }) => key(name));
  if (signing.length === 0)
    throw new Error(`there is no GlobalSecret ${SIGNING_KEY_PREFIX}-1 to sign credentials with`);
  const ca = { certificatePem: text(CA_CERTIFICATE), privateKeyPem: text(CA_KEY) };
  return {
    ca,
    operator: key(OPERATOR_KEY),
    systemAccount: key(SYSTEM_ACCOUNT_KEY),
    account: key(ACCOUNT_KEY),
    signing,
  };
}

function parseSeed(name: string, seed: string): KeyPair {
  try {
    return fromSeed(new TextEncoder().encode(seed.trim()));
  } catch (cause) {
    throw new Error(`the GlobalSecret ${name} holds no nkey seed (S…)`, { cause });
  }
}

function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}

const SINGLE = [OPERATOR_KEY, SYSTEM_ACCOUNT_KEY, ACCOUNT_KEY, CA_CERTIFICATE, CA_KEY];

/** Is the GlobalSecret of that name one of them? */
export function isHubKey(name: string): boolean {
  return SINGLE.includes(name) || serialOf(name, SIGNING_KEY_PREFIX) !== undefined;
}
