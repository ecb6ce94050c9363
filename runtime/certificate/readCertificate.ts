import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ApiConfig } from '../../shared/config/apiSettings.ts';
import type { OwnCertificate } from './keepCertificates.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, one by one. */
export function certificatesIn(pem: string): string[] {
  return pem.match(CERTIFICATE) ?? [];
}

/** When the newest CA of a bundle (PEM) ends: its last certificate. @throws Error when it holds none */
export function endOfCa(pem: string): Date {
  return endOf(certificatesIn(pem).at(-1));
}

/** When the certificate of a server ends: the first of a PEM text, which those that lead to its CA may follow. @throws Error when it holds none */
export function endOfServer(pem: string): Date {
  return endOf(certificatesIn(pem)[0]);
}

function endOf(certificate: string | undefined): Date {
  if (certificate === undefined) throw new Error('it holds no certificate (PEM)');
  return new X509Certificate(certificate).validToDate;
}

/** A certificate that somebody else keeps in a file. @param endOf reads when it ends */
export function followedCertificate(name: string, file: string, endOf: (pem: string) => Date): OwnCertificate {
  let before: string | undefined;
  return {
    name,
    renew: async () => {
      const pem = readFileSync(file, 'utf8');
      const renewed = before !== undefined && before !== pem;
      before = pem;
      return { expiresAt: endOf(pem), renewed };
    },
  };
}

/** The certificate of the REST API that the operator gave us, if any. */
export function givenCertificate(config: Pick<ApiConfig, 'api.https.certFile'>): OwnCertificate[] {
  const file = config['api.https.certFile'];
  return file ? [followedCertificate('api', file, endOfServer)] : [];
}
