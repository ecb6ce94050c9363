import { Unauthenticated } from './errors.ts';
import type { Caller, VerifyUserToken } from './ports.ts';

const ADMIN = 'mesh-system:admin';
const AUTHENTICATED = 'mesh-system:authenticated';

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

const ADMIN_CALLER: Caller = { user: ADMIN, groups: [ADMIN, AUTHENTICATED] };
export const ANONYMOUS: Caller = { user: 'mesh-system:anonymous', groups: ['mesh-system:unauthenticated'] };

interface Approach {
  readonly peer: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** It proved itself with a TLS certificate of the CA that is for admins. */
  readonly hasAdminCertificate?: boolean | undefined;
}

interface Deps {
  readonly localhostIsAdmin: boolean;
  readonly verifyUserToken?: VerifyUserToken | undefined;
}

/**
 * Who is asking: an admin when it comes from this very host or has an admin's certificate, else the holder
 * of the bearer token, else nobody in particular.
 * @throws Unauthenticated when the token does not hold.
 */
export async function callerOf(approach: Approach, { localhostIsAdmin, verifyUserToken }: Deps): Promise<Caller> {
  if (approach.hasAdminCertificate || (localhostIsAdmin && isLocal(approach))) return ADMIN_CALLER;
  const token = /^Bearer (.+)$/i.exec(approach.headers.authorization ?? '')?.[1];
  if (token === undefined || !verifyUserToken) return ANONYMOUS;
  const { name, groups } = await verifyUserToken(token.trim()).catch(() => {
    throw new Unauthenticated();
  });
  const all = groups.includes(AUTHENTICATED) ? groups : [...groups, AUTHENTICATED];
  return { user: name, groups: all };
}

/**
 * Only a request that no proxy forwarded and no foreign web page made counts as local: a loopback peer, a loopback `Host`, no
 * forwarding headers, and an `Origin`, if any, of the same host and port.
 */
export function isLocal({ peer, headers }: Approach): boolean {
  if (!isLoopback(peer)) return false;
  if (FORWARDED.some((header) => headers[header] !== undefined)) return false;
  const host = headers.host ?? '';
  if (!isLoopback(hostName(host))) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = headers.origin;
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host;
}

function hostName(host: string): string {
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':')[0] ?? '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host);
}
