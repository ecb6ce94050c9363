import type { Resource } from '../../shared/resource/resource.ts';
import type { TokenIssuer } from '../../shared/rest/ports.ts';
import { issueToken, TEN_YEARS_MS } from './issueToken.ts';
import { dataplaneKeyPrefix, newestKey, USER_KEY_PREFIX, ZONE_KEY_PREFIX } from './signingKey.ts';

/** Kuma answers 404 with this when there is nothing to sign with: a mesh that does not exist, usually. */
export class SigningKeyNotFound extends Error {
  override name = 'SigningKeyNotFound';
  readonly secretName: string;
  readonly mesh: string;

  constructor(secretName: string, mesh: string) {
    const where = mesh ? `Secret of name "${secretName}" in mesh "${mesh}"` : `GlobalSecret of name "${secretName}"`;
    super(
      `there is no signing key with KID 1. ${where} is not found. If signing key was rotated, regenerate the token`,
    );
    this.secretName = secretName;
    this.mesh = mesh;
  }
}

type Deps = {
  /** Secrets (of a mesh) or GlobalSecrets (mesh ''). */
  readonly list: (type: 'Secret' | 'GlobalSecret', mesh: string) => Promise<readonly Resource[]>;
  /** The payload of one of them, opened, base64. */
  readonly open: (secret: Resource) => Promise<string>;
  readonly now: () => Date;
};

/** Signs claims with the newest key whose name begins so, of a mesh or (mesh '') of the control plane. */
type Sign = (
  claims: Readonly<Record<string, unknown>>,
  key: { readonly mesh: string; readonly prefix: string },
  validForMs?: number,
) => Promise<string>;

/** The claims of Kuma's tokens, signed by whoever has the keys. */
export function issuerOf(sign: Sign): TokenIssuer {
  return {
    dataplane: ({ name, mesh, tags, type, workload, validForMs }) =>
      sign(
        { Name: name, Mesh: mesh, Tags: tags, Type: type, Workload: workload },
        { mesh, prefix: dataplaneKeyPrefix(mesh) },
        validForMs,
      ),
    zone: ({ zone, scope, validForMs }) =>
      sign({ Zone: zone, Scope: scope }, { mesh: '', prefix: ZONE_KEY_PREFIX }, validForMs),
    user: ({ name, groups, validForMs }) =>
      sign({ Name: name, Groups: groups }, { mesh: '', prefix: USER_KEY_PREFIX }, validForMs),
  };
}

/** Issues Kuma's three kinds of tokens with the newest signing keys of the log. */
export function tokenIssuer({ list, open, now }: Deps): TokenIssuer {
  return issuerOf(async (claims, { mesh, prefix }, validForMs = TEN_YEARS_MS) => {
    const newest = newestKey(await list(mesh ? 'Secret' : 'GlobalSecret', mesh), prefix);
    if (!newest) throw new SigningKeyNotFound(`${prefix}-1`, mesh);
    const privateKeyPem = Buffer.from(await open(newest.key), 'base64').toString('utf8');
    return issueToken(claims, { privateKeyPem, serial: newest.serial, validForMs, now: now() });
  });
}
