import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface CaMaterial {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const BACKDATED_MS = 10_000;
const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Makes the root of a mesh's builtin CA as Kuma does (multizone-and-dataplane §6.1): RSA, CN = mesh, O Kuma, OU Mesh, URI
 * SAN `spiffe://<mesh>`, may sign certificates, 10 years by default, back-dated 10 s against skewed clocks.
 */
export async function makeBuiltinCa(
  mesh: string,
  options: { readonly rsaBits?: number; readonly expirationMs?: number; readonly now: Date },
): Promise<CaMaterial> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: options.rsaBits ?? 2048,
  };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `O=Kuma, OU=Mesh, CN=${mesh}`,
    notBefore: new Date(options.now.getTime() - BACKDATED_MS),
    notAfter: new Date(options.now.getTime() + (options.expirationMs ?? 10 * YEAR_MS)),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${mesh}` }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificatePem: `${certificate.toString('pem')}\n`,
    privateKeyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}
