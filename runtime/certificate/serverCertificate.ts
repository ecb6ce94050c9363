import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { certificatesIn, endOfServer } from './readCertificate.ts';
import { replaceFile } from '../file/replaceFile.ts';
import { type CaMaterial, EC_P256, makeRoot, period, privateKeyPem, signingKeyOf, YEAR_MS } from './root.ts';

/** A certificate is made anew when less than this is left of its year. */
const RENEW_BEFORE_MS = YEAR_MS / 3;

/** The CA of global's own servers: the hub and the REST API. */
export function makeServerCa(now: Date): Promise<CaMaterial> {
  return makeRoot({ name: 'CN=Meridian control plane', algorithm: EC_P256, lifetimeMs: 10 * YEAR_MS, now });
}

/** Files of a server's certificate. */
export interface CertificateFiles {
  readonly certFile: string;
  /** Mode 0600. */
  readonly keyFile: string;
  /** Whether they were made now. */
  readonly renewed: boolean;
  readonly expiresAt: Date;
}

/**
 * Keeps a server's certificate of that CA in `<folder>/<name>.crt` and `.key`: good for a year, made anew when two thirds of it
 * are over, a host is missing, or it is of another CA.
 * @param hosts names and IP addresses that clients dial
 * @param chain PEM of what is shown behind it: certificates that lead from that CA to others which clients trust
 */
export async function serverCertificate(
  ca: CaMaterial,
  folder: string,
  name: string,
  hosts: readonly string[],
  now: Date,
  chain = '',
): Promise<CertificateFiles> {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  if (existsSync(certFile) && existsSync(keyFile)) {
    const kept = { certificatePem: readFileSync(certFile, 'utf8'), privateKeyPem: readFileSync(keyFile, 'utf8') };
    if (isGood(kept, ca, hosts, now) && chainOf(kept.certificatePem) === chain)
      return { certFile, keyFile, renewed: false, expiresAt: endOfServer(kept.certificatePem) };
  }
  const issued = await issueServerCertificate(ca, hosts, now);
  replaceFile(keyFile, issued.privateKeyPem);
  replaceFile(certFile, issued.certificatePem + chain, 0o644);
  return { certFile, keyFile, renewed: true, expiresAt: endOfServer(issued.certificatePem) };
}

/** A certificate for servers of that CA: for a year. @param hosts as of `serverCertificate` */
export function issueServerCertificate(ca: CaMaterial, hosts: readonly string[], now: Date): Promise<CaMaterial> {
  return issue(ca, 'serverAuth', hosts, now);
}

/** As `issueServerCertificate`, for a client: no server can be made of it, and no client of a server's. @param name that it is known by */
export function issueClientCertificate(ca: CaMaterial, name: string, now: Date): Promise<CaMaterial> {
  return issue(ca, 'clientAuth', [name], now);
}

type Usage = 'serverAuth' | 'clientAuth';

async function issue(ca: CaMaterial, usage: Usage, hosts: readonly string[], now: Date): Promise<CaMaterial> {
  const { x509 } = await import('./x509.ts');
  const root = new x509.X509Certificate(ca.certificatePem);
  const keys = (await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${hosts[0] ?? 'localhost'}`,
    issuer: root.subject,
    ...period(now, YEAR_MS),
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(ca),
    signingAlgorithm: EC_P256,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage]]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: await privateKeyPem(keys.privateKey) };
}

/** What follows the first certificate of a PEM text. */
function chainOf(pem: string): string {
  return certificatesIn(pem)
    .slice(1)
    .map((one) => `${one}\n`)
    .join('');
}

/** Two control planes that renew at once may leave the key of one with the certificate of the other. */
function isGood({ certificatePem, privateKeyPem }: CaMaterial, ca: CaMaterial, hosts: readonly string[], now: Date) {
  const certificate = new X509Certificate(certificatePem);
  return (
    certificate.verify(new X509Certificate(ca.certificatePem).publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(privateKeyPem)) &&
    !isDue(certificate.validToDate, now) &&
    hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined)
  );
}

/** Is a server's certificate that ends then to be made anew? */
export function isDue(expiresAt: Date, now: Date): boolean {
  return expiresAt.getTime() - now.getTime() <= RENEW_BEFORE_MS;
}
