import { setTimeout as sleep } from 'node:timers/promises';
import { createUser } from '@nats-io/nkeys';
import { nkey } from '../../nats/nkey.ts';
import { keepCredential, type Membership, readMembership } from './hubCredential.ts';
import { requestCredential } from './requestCredential.ts';

const CALL_TIMEOUT_MS = 10_000;
/** A zone that has a credential does not let its start wait longer for a new one. */
const START_TIMEOUT_MS = 2_000;
const RETRY_MS = 1_000;
const RENEW_RETRY_MS = 60_000;
/** How often the zone looks whether there is another token. */
const LOOK_MS = 2_000;
/** A credential is renewed after this part of its life. */
const RENEW_AT = 1 / 30;

interface Options {
  readonly zone: string;
  /** Holds the credential. */
  readonly folder: string;
  /** REST API of global; empty: the zone goes on with the credential it has. */
  readonly globalUrl: string;
  /** PEM of the CAs that global's certificate may be of, read anew each time; `undefined`: those of the system. */
  readonly ca: () => string | undefined;
  /** The zone token, read anew each time: it may be replaced while the zone runs. */
  readonly token: () => string;
  readonly onError: (error: unknown) => void;
}

export interface Joined {
  readonly membership: Membership;
  stop(): void;
}

/**
 * Gets the zone a credential for the hub and renews it for as long as it runs. The first time it waits for global; later it
 * goes on with the one it has when global does not answer.
 * @throws Error when there is no credential and nobody to ask for one.
 */
export async function joinHub(options: Options): Promise<Joined> {
  const { folder, globalUrl } = options;
  const onError = (error: unknown) => options.onError(withProspects(error as Error, readMembership(folder)));
  let membership = readMembership(folder);
  if (!globalUrl) {
    if (membership) return { membership, stop: () => {} };
    throw new Error(
      `there is no credential for the hub in ${folder}: say where global is (MERIDIAN_ZONE_GLOBAL_URL) and give the zone its token (MERIDIAN_ZONE_GLOBAL_TOKEN_FILE)`,
    );
  }
  const ended = new AbortController();
  const timeout = membership ? START_TIMEOUT_MS : CALL_TIMEOUT_MS;
  for (;;) {
    try {
      membership = await renew(options, timeout, ended.signal);
      break;
    } catch (error) {
      onError(error);
      if (membership) break;
      await sleep(RETRY_MS);
    }
  }
  keepRenewing({ ...options, onError }, membership, ended.signal).catch(onError);
  return { membership, stop: () => ended.abort() };
}

/** What it means to the zone that it got no new credential. */
function withProspects(error: Error, membership: Membership | undefined): Error {
  if (!membership) return new Error(`${error.message}; the zone waits, it has no credential yet`, { cause: error });
  const { expiresAt } = membership;
  const isOver = Date.parse(expiresAt) < Date.now();
  const then = isOver
    ? `the hub lets it in no more since ${expiresAt}, when its credential ended; what it has it goes on serving`
    : `the zone goes on with the one it has until ${expiresAt}`;
  return new Error(`${error.message}; ${then}`, { cause: error });
}

/** A new credential, for a new key: the old one need not be kept, and nothing secret was sent. */
async function renew(
  { zone, folder, globalUrl, ca, token }: Options,
  timeout: number,
  ended: AbortSignal,
): Promise<Membership> {
  const key = createUser();
  const signal = AbortSignal.any([ended, AbortSignal.timeout(timeout)]);
  const issuedAt = new Date().toISOString();
  const issued = await requestCredential({
    globalUrl,
    ca: ca(),
    zone,
    token: token(),
    userKey: nkey(key.getSeed()).publicKey,
    signal,
  });
  const membership = { hubUrl: issued.hubUrl, issuedAt, expiresAt: issued.expiresAt };
  keepCredential(folder, issued, key, membership);
  return membership;
}

/** Renews when it is time, and when the token was replaced: the old one may be revoked, and the credential with it. */
async function keepRenewing(options: Options, first: Membership, ended: AbortSignal): Promise<void> {
  let period = periodOf(first);
  const token = () => {
    try {
      return options.token();
    } catch {
      return ''; // told when a new credential is due
    }
  };
  let shown = token();
  while (!ended.aborted) {
    await sleep(LOOK_MS, undefined, { signal: ended, ref: false }).catch(() => {});
    if (ended.aborted) return;
    try {
      const present = token();
      if (!isDue(period) && (present === shown || present === '')) continue;
      shown = present;
      period = periodOf(await renew(options, CALL_TIMEOUT_MS, ended));
    } catch (error) {
      if (!ended.aborted) options.onError(error);
      period = { from: Date.now(), due: Date.now() + RENEW_RETRY_MS };
    }
  }
}

/** When it was issued by our clock, and when it is to be renewed; milliseconds since 1970. */
function periodOf({ issuedAt, expiresAt }: Membership): { readonly from: number; readonly due: number } {
  const [from, to] = [Date.parse(issuedAt), Date.parse(expiresAt)];
  // Its end is by global's clock, which may differ much from ours: that is no reason to ask all the time.
  return { from, due: from + Math.max((to - from) * RENEW_AT, RENEW_RETRY_MS) };
}

/** Also when it was issued in a time to come: our clock was ahead then, and would have it renewed too late. */
function isDue({ from, due }: { readonly from: number; readonly due: number }): boolean {
  return Date.now() >= due || Date.now() < from - RENEW_RETRY_MS;
}
