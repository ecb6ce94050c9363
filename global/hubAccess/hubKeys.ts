import { createAccount, createOperator, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { serialOf } from '../../http/token/signingKey.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { makeServerCa } from '../../runtime/certificate/serverCertificate.ts';

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
  /** CA that signs the servers' certificates: the hub's, and global's own. */
  readonly ca: CaMaterial;
  /** Certificates (PEM) of all CAs that servers may have certificates of, the oldest first: what zones and global trust. */
  readonly trusted: string;
}

export const OPERATOR_KEY = 'hub-operator-key';
const SYSTEM_ACCOUNT_KEY = 'hub-system-account-key';
const ACCOUNT_KEY = 'hub-account-key';
export const CA_CERTIFICATE_PREFIX = 'hub-ca-certificate';
export const CA_KEY_PREFIX = 'hub-ca-key';
export const SIGNING_KEY_PREFIX = 'hub-account-signing-key';

/** New keys: seeds and PEMs by the name of the GlobalSecret that holds them. */
export async function makeHubKeys(now: Date): Promise<ReadonlyMap<string, string>> {
  const ca = await makeServerCa(now);
  return new Map([
    [OPERATOR_KEY, seedOf(createOperator())],
    [SYSTEM_ACCOUNT_KEY, seedOf(createAccount())],
    [ACCOUNT_KEY, seedOf(createAccount())],
    [`${SIGNING_KEY_PREFIX}-1`, makeSigningSeed()],
    [CA_CERTIFICATE_PREFIX, ca.certificatePem],
    [CA_KEY_PREFIX, ca.privateKeyPem],
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
  const signing = numbered(secrets.keys(), SIGNING_KEY_PREFIX)
    .filter(({ serial }) => serial > 0)
    .map(({ name }) => key(name));
  if (signing.length === 0)
    throw new Error(`there is no GlobalSecret ${SIGNING_KEY_PREFIX}-1 to sign credentials with`);
  const [oldestKey] = numbered(secrets.keys(), CA_KEY_PREFIX);
  const caKey = oldestKey?.name ?? CA_KEY_PREFIX;
  const ca = {
    certificatePem: text(caKey.replace(CA_KEY_PREFIX, CA_CERTIFICATE_PREFIX)),
    privateKeyPem: text(caKey),
  };
  const trusted = numbered(secrets.keys(), CA_CERTIFICATE_PREFIX).map(({ name }) => text(name));
  return {
    ca,
    trusted: trusted.join(''),
    operator: key(OPERATOR_KEY),
    systemAccount: key(SYSTEM_ACCOUNT_KEY),
    account: key(ACCOUNT_KEY),
    signing,
  };
}

/** A handful of seeds is read again and again, and to derive a public key takes 10 ms and more. */
const known = new Map<string, KeyPair>();

function parseSeed(name: string, text: string): KeyPair {
  const seed = text.trim();
  let pair = known.get(seed);
  if (pair) return pair;
  try {
    pair = fromSeed(new TextEncoder().encode(seed));
    const publicKey = pair.getPublicKey();
    pair.getPublicKey = () => publicKey;
  } catch (cause) {
    throw new Error(`the GlobalSecret ${name} holds no nkey seed (S…)`, { cause });
  }
  known.set(seed, pair);
  return pair;
}

function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}

/** Those of the names that are the prefix, or the prefix and a number, in the order of the numbers. */
export function numbered(
  names: Iterable<string>,
  prefix: string,
): { readonly name: string; readonly serial: number }[] {
  return [...names]
    .flatMap((name) => {
      const serial = serialOf(name, prefix);
      return serial === undefined ? [] : [{ name, serial }];
    })
    .sort((a, b) => a.serial - b.serial);
}

const SINGLE = [OPERATOR_KEY, SYSTEM_ACCOUNT_KEY, ACCOUNT_KEY];
const NUMBERED = [SIGNING_KEY_PREFIX, CA_CERTIFICATE_PREFIX, CA_KEY_PREFIX];

/** Is the GlobalSecret of that name one of them? */
export function isHubKey(name: string): boolean {
  return SINGLE.includes(name) || NUMBERED.some((prefix) => serialOf(name, prefix) !== undefined);
}
