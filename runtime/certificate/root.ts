import { webcrypto } from 'node:crypto';

/** A CA's certificate and private key, PEM. */
export interface CaMaterial {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export const YEAR_MS = 365 * 24 * 3_600_000;
/** How the keys of servers, and of the CAs of servers, sign. */
export const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** A day: as long as a clock is ahead by less, what it dates is good at once where clocks are right. */
const BACKDATED_MS = 24 * 3_600_000;

interface RootOptions {
  /** Distinguished name: `O=Kuma, CN=mesh`. */
  readonly name: string;
  readonly algorithm: webcrypto.RsaHashedKeyGenParams | (webcrypto.EcKeyGenParams & { readonly hash: string });
  /** URI SAN, if any. */
  readonly uri?: string;
  readonly lifetimeMs: number;
  readonly now: Date;
}

/** Makes the certificate of a root that may sign others, back-dated by a day against skewed clocks. */
export async function makeRoot({ name, algorithm, uri, lifetimeMs, now }: RootOptions): Promise<CaMaterial> {
  const { x509 } = await import('./x509.ts');
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    ...period(now, lifetimeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ...(uri === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }])]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: await privateKeyPem(keys.privateKey) };
}

/**
 * A CA signs the certificate of another: whoever trusts the first then trusts the second too, until the first ends. Both must be of
 * `EC_P256`, and called differently. @returns PEM
 */
export async function vouchFor(ca: CaMaterial, by: CaMaterial): Promise<string> {
  const { x509 } = await import('./x509.ts');
  const [vouched, root] = [new x509.X509Certificate(ca.certificatePem), new x509.X509Certificate(by.certificatePem)];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: vouched.subject,
    issuer: root.subject,
    notBefore: vouched.notBefore,
    notAfter: root.notAfter,
    publicKey: vouched.publicKey,
    signingKey: await signingKeyOf(by),
    signingAlgorithm: EC_P256,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(vouched.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** The key of a CA of `EC_P256`, to sign with. */
export async function signingKeyOf({ privateKeyPem: pem }: CaMaterial): Promise<webcrypto.CryptoKey> {
  const { x509 } = await import('./x509.ts');
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), EC_P256, false, ['sign']);
}

export function period(now: Date, lifetimeMs: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(now.getTime() - BACKDATED_MS), notAfter: new Date(now.getTime() + lifetimeMs) };
}

export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const { x509 } = await import('./x509.ts');
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
