import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** Certificate and key of a port, PEM. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEAR_MS = 365 * 24 * 3_600_000;
const RENEW_BEFORE_MS = YEAR_MS;
/** As long as the clock is ahead by less than a day, it is good at once for proxies whose clocks are right. */
const BACKDATED_MS = 24 * 3_600_000;

/**
 * The self-signed certificate that proxies know the zone by: CA:TRUE, so that their Envoys can be given it as the CA to trust,
 * names and addresses as SANs, ten years (multizone-and-dataplane §4.1). Kept, so that running proxies find their way back after
 * a restart, whatever the zone is called by then: what the port shows is of it (`ServedCertificate`).
 * @param names host names and IP addresses that proxies may reach the zone at
 */
export function dpServerCertificate(folder: string, names: readonly string[], now: Date): Promise<ServerCertificate> {
  return selfSignedCertificate(folder, 'dp-server', names, now);
}

/**
 * A certificate that clients of a server are given as the CA to trust, in `<folder>/<file>.crt` and `.key` (mode 0600); made anew
 * when it ends within a year.
 */
export async function selfSignedCertificate(
  folder: string,
  file: string,
  names: readonly string[],
  now: Date,
): Promise<ServerCertificate> {
  const certificateFile = join(folder, `${file}.crt`);
  const keyFile = join(folder, `${file}.key`);
  if (existsSync(certificateFile) && existsSync(keyFile)) {
    const kept = {
      certificatePem: readFileSync(certificateFile, 'utf8'),
      privateKeyPem: readFileSync(keyFile, 'utf8'),
    };
    const { validToDate } = new X509Certificate(kept.certificatePem);
    if (validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS) return kept;
  }
  const made = await makeServerCertificate(names, now);
  mkdirSync(folder, { recursive: true });
  writeFileSync(keyFile, made.privateKeyPem, { mode: 0o600 });
  writeFileSync(certificateFile, made.certificatePem);
  return made;
}

/** Does a certificate name that host? What a proxy dials must be a SAN, since its Envoy always verifies. */
export function isNamed(certificatePem: string, host: string): boolean {
  const certificate = new X509Certificate(certificatePem);
  return (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

/** May it be trusted as a CA: CA:TRUE, or without basic constraints (multizone-and-dataplane §4.5)? */
export function isAuthority(pem: string): boolean {
  try {
    const constraints = new x509.X509Certificate(pem).getExtension(x509.BasicConstraintsExtension);
    return constraints?.ca ?? true;
  } catch {
    return false;
  }
}

async function makeServerCertificate(names: readonly string[], now: Date): Promise<ServerCertificate> {
  const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Not that of any server: a certificate whose issuer is called as itself counts as self-signed.
    name: 'CN=Meridian zone',
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter: new Date(now.getTime() + 10 * YEAR_MS),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  };
}
