import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { selfSigned } from '../../global/certificate/selfSigned.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;

/** PEM of a certificate and its key. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certified {
  /** A certificate of this CA, for a server on this host or for a client. */
  issue(name: string): Promise<Certified>;
}

/** A certificate of a server that its clients are given as the CA to trust. */
export function serverCertificateFor(...names: readonly string[]): Promise<CaMaterial> {
  return selfSigned('server', names, 'ecdsa', new Date());
}

/** A certificate authority that lives as long as the test. */
export async function certificateAuthority(name: string): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const period = { notBefore: new Date(Date.now() - HOUR_MS), notAfter: new Date(Date.now() + HOUR_MS) };
  const keys = await newKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...period,
    name: `CN=${name}`,
    keys,
    signingAlgorithm: EC,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    ...(await pems(ca, keys.privateKey)),
    issue: async (subject) => {
      const own = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...period,
        subject: `CN=${subject}`,
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: EC,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
      });
      return pems(certificate, own.privateKey);
    },
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function pems(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Promise<Certified> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') };
}
