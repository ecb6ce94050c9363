import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type CaMaterial, makeRoot, period, privateKeyPem, YEAR_MS } from './root.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** A certificate is made anew when less than this is left of its year. */
const RENEW_BEFORE_MS = YEAR_MS / 3;

/** The CA of global's own servers: the hub and the REST API. */
export function makeServerCa(now: Date): Promise<CaMaterial> {
  return makeRoot({ name: 'CN=Meridian control plane', algorithm: EC, lifetimeMs: 10 * YEAR_MS, now });
}

/** Files of a server's certificate. */
export interface CertificateFiles {
  readonly certFile: string;
  /** Mode 0600. */
  readonly keyFile: string;
  /** Whether they were made now. */
  readonly renewed: boolean;
}

/**
 * Keeps a server's certificate of that CA in `<folder>/<name>.crt` and `.key`: good for a year, made anew when two thirds of it
 * are over, a host is missing, or it is of another CA.
 * @param hosts names and IP addresses that clients dial
 */
export async function serverCertificate(
  ca: CaMaterial,
  folder: string,
  name: string,
  hosts: readonly string[],
  now: Date,
): Promise<CertificateFiles> {
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  if (existsSync(certFile) && existsSync(keyFile) && isGood(readFileSync(certFile, 'utf8'), ca, hosts, now))
    return { certFile, keyFile, renewed: false };
  const issued = await issue(ca, hosts, now);
  mkdirSync(folder, { recursive: true });
  writeFileSync(keyFile, issued.privateKeyPem, { mode: 0o600 });
  writeFileSync(certFile, issued.certificatePem);
  return { certFile, keyFile, renewed: true };
}

async function issue(ca: CaMaterial, hosts: readonly string[], now: Date): Promise<CaMaterial> {
  const root = new x509.X509Certificate(ca.certificatePem);
  const pkcs8 = x509.PemConverter.decodeFirst(ca.privateKeyPem);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, EC, false, ['sign']);
  const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${hosts[0] ?? 'localhost'}`,
    issuer: root.subject,
    ...period(now, YEAR_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem: await privateKeyPem(keys.privateKey) };
}

function isGood(pem: string, ca: CaMaterial, hosts: readonly string[], now: Date): boolean {
  const certificate = new X509Certificate(pem);
  return (
    certificate.verify(new X509Certificate(ca.certificatePem).publicKey) &&
    certificate.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS &&
    hosts.every((host) => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined)
  );
}
