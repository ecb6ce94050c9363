import { createPublicKey, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { SecretSpec } from '../../shared/resource/secret/spec.ts';
import type { View } from '../../shared/view/view.ts';
import type { TagSets } from './issueCertificate.ts';

/** Why a token is not accepted. */
export class TokenRefused extends Error {
  override name = 'TokenRefused';
  /** UNAUTHENTICATED. */
  readonly grpcStatus = 16;
}

type Deps = {
  readonly view: View;
  readonly now: () => Date;
};

/** The Dataplane that a token is presented for. */
interface TokenBearer {
  readonly mesh: string;
  readonly name: string;
  readonly tags: TagSets;
  /** Label `kuma.io/workload`. */
  readonly workload: string;
}

const dataplaneClaims = z.object({
  Name: z.string().default(''),
  Mesh: z.string().default(''),
  Tags: z.record(z.string(), z.array(z.string())).nullish(),
  Workload: z.string().default(''),
  jti: z.string().optional(),
});

const zoneClaims = z.object({ Zone: z.string(), Scope: z.array(z.string()).nullish(), jti: z.string().optional() });

/**
 * Checks a dataplane token: signed by a key of the mesh, in its time, not revoked, and issued for this Dataplane
 * (Kuma: pkg/xds/auth/universal/authenticator.go). @throws TokenRefused
 */
export async function verifyDataplaneToken(token: string, bearer: TokenBearer, { view, now }: Deps): Promise<void> {
  const { mesh } = bearer;
  const secret = (name: string) => textOf(view, 'Secret', mesh, name);
  const payload = await verify(token, `dataplane-token-signing-key-${mesh}`, secret, now());
  const claims = parsed(dataplaneClaims, payload);
  // Kuma's control planes read the GlobalSecret, its documentation names a Secret: revoked in either is revoked.
  const revocations = `dataplane-token-revocations-${mesh}`;
  notRevoked(claims.jti, secret(revocations));
  notRevoked(claims.jti, textOf(view, 'GlobalSecret', '', revocations));
  if (claims.Mesh !== mesh) throw new TokenRefused(`the token is for mesh ${claims.Mesh}, not for ${mesh}`);
  if (claims.Name && claims.Name !== bearer.name)
    throw new TokenRefused(`the token is for the proxy ${claims.Name}, not for ${bearer.name}`);
  if (claims.Workload && claims.Workload !== bearer.workload)
    throw new TokenRefused(`the token is for the workload ${claims.Workload}, not for ${bearer.workload || 'none'}`);
  for (const [tag, allowed] of Object.entries(claims.Tags ?? {})) {
    const values = bearer.tags.flatMap((set) => (set[tag] === undefined ? [] : [set[tag]]));
    if (values.length === 0)
      throw new TokenRefused(`the token is for a Dataplane with the tag ${tag}, which this one has not`);
    const other = values.find((value) => !allowed.includes(value));
    if (other !== undefined) throw new TokenRefused(`the token allows ${tag}=${allowed.join(',')}, not ${other}`);
  }
}

/** Checks a token of a zone proxy. @param scope `ingress` or `egress` @throws TokenRefused */
export async function verifyZoneToken(
  token: string,
  { zone, scope }: { readonly zone: string; readonly scope: string },
  { view, now }: Deps,
): Promise<void> {
  const secret = (name: string) => textOf(view, 'GlobalSecret', '', name);
  const payload = await verify(token, 'zone-token-signing-public-key', secret, now());
  const claims = parsed(zoneClaims, payload);
  notRevoked(claims.jti, secret('zone-token-revocations'));
  if (claims.Zone !== zone) throw new TokenRefused(`the token is for zone ${claims.Zone}, not for ${zone}`);
  if (!(claims.Scope ?? []).includes(scope))
    throw new TokenRefused(`the token is for ${(claims.Scope ?? []).join(', ') || 'nothing'}, not for ${scope}`);
}

async function verify(
  token: string,
  prefix: string,
  secret: (name: string) => string | undefined,
  now: Date,
): Promise<unknown> {
  if (!token) throw new TokenRefused('there is no token');
  try {
    // Tokens without a key id are signed by the first key, which had no serial (Kuma's own old ones).
    const { kid } = decodeProtectedHeader(token);
    const name = !kid || kid === '0' ? prefix : `${prefix}-${kid}`;
    const pem = secret(name);
    if (pem === undefined)
      throw new TokenRefused(`there is no signing key ${name}; if it was rotated, issue the token anew`);
    const { payload } = await jwtVerify(token, publicKey(pem), { algorithms: ['RS256'], currentDate: now });
    return payload;
  } catch (cause) {
    throw cause instanceof TokenRefused
      ? cause
      : new TokenRefused(`the token is not valid: ${(cause as Error).message}`);
  }
}

const keys = new Map<string, KeyObject>();
const KEPT_KEYS = 1_000;

/** Parsing a key takes longer than verifying with it, and all proxies of a mesh come with the same. */
function publicKey(pem: string): KeyObject {
  const known = keys.get(pem);
  if (known) return known;
  if (keys.size >= KEPT_KEYS) keys.clear();
  const key = createPublicKey(pem);
  keys.set(pem, key);
  return key;
}

function parsed<T>(schema: z.ZodType<T>, payload: unknown): T {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  throw new TokenRefused(`the token's claims are not those of such a token: ${z.prettifyError(result.error)}`);
}

function notRevoked(id: string | undefined, revocations: string | undefined): void {
  const revoked = (revocations ?? '').split(',').map((one) => one.trim());
  if (id && revoked.includes(id)) throw new TokenRefused(`the token ${id} is revoked`);
}

function textOf(view: View, type: string, mesh: string, name: string): string | undefined {
  const data = (view.find({ type, mesh, name })?.resource.spec as SecretSpec | undefined)?.data;
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8');
}
