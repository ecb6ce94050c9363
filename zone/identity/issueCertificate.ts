import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { ProxyIdentity } from '../../shared/snapshot/proxy.ts';

/** The enabled CA of a mesh: PEM, the key as PKCS#1, PKCS#8 or SEC1. */
export interface SigningCa {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateRequest {
  readonly mesh: string;
  readonly tags: TagSets;
  readonly lifetimeMs: number;
  readonly now: Date;
}

/** Tags of each inbound, or of the gateway. */
export type TagSets = readonly Readonly<Record<string, string>>[];

/** A certificate that was issued, and when it begins and ends (milliseconds since 1970). */
export interface IssuedCertificate extends ProxyIdentity {
  readonly notAfter: number;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Signs for one CA; parses its key once. */
export type Issuer = (request: CertificateRequest) => Promise<IssuedCertificate>;

/**
 * Issues certificates of proxies as Kuma does (its pkg/core/ca/issuer), with a new ECDSA P-256 key for each: empty
 * subject, the identities of `identityUris` as URI SANs, server and client authentication. Back-dated by its lifetime, so that it is good at once
 * where the clock is behind ours: it forgives a clock that is ahead of the others as much as one that is behind.
 * @throws Error when the CA's certificate or key is none, or they do not belong together
 */
export async function issuer(ca: SigningCa): Promise<Issuer> {
  const root = new x509.X509Certificate(ca.certificatePem);
  const key = createPrivateKey(ca.privateKeyPem);
  if (!new X509Certificate(ca.certificatePem).checkPrivateKey(key))
    throw new Error("the CA's key is not that of its certificate");
  const algorithm =
    key.asymmetricKeyType === 'ec'
      ? { ...EC, namedCurve: curveOf(key.asymmetricKeyDetails?.namedCurve) }
      : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ type: 'pkcs8', format: 'der' }),
    algorithm,
    false,
    ['sign'],
  );
  const authority = await x509.AuthorityKeyIdentifierExtension.create(root);
  const fixed = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    authority,
  ];
  return async ({ mesh, tags, lifetimeMs, now }) => {
    const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const uris = identityUris(mesh, tags);
    const notAfter = new Date(now.getTime() + lifetimeMs);
    const certificate = await x509.X509CertificateGenerator.create({
      issuer: root.subject,
      notBefore: new Date(Math.max(root.notBefore.getTime(), now.getTime() - lifetimeMs)),
      notAfter,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      // Critical, since the subject is empty (RFC 5280, 4.1.2.6).
      extensions: [
        ...fixed,
        new x509.SubjectAlternativeNameExtension(
          uris.map((value) => ({ type: 'url' as const, value })),
          true,
        ),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return {
      certificateChainPem: `${certificate.toString('pem')}\n`,
      privateKeyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
      notAfter: notAfter.getTime(),
    };
  };
}

/** `spiffe://<mesh>/<service>` for each service, then `kuma://<tag>/<value>` for each tag value; sorted, each once. */
export function identityUris(mesh: string, tagSets: TagSets): string[] {
  const services = new Set<string>();
  const tags = new Set<string>();
  for (const set of tagSets) {
    for (const [tag, value] of Object.entries(set)) {
      if (tag === 'kuma.io/service') services.add(`spiffe://${mesh}/${value}`);
      tags.add(`kuma://${tag}/${value}`);
    }
  }
  return [...[...services].sort(), ...[...tags].sort()];
}

function curveOf(name: string | undefined): string {
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[name ?? ''];
  if (!curve) throw new Error(`a CA key on the curve ${name} is not supported; take P-256, P-384, P-521 or RSA`);
  return curve;
}
