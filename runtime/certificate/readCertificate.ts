import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ApiConfig } from '../../shared/config/apiSettings.ts';
import type { OwnCertificate } from './keepCertificates.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** When the last certificate of a PEM text ends, which may hold several: the newest CA of a bundle. @throws Error when it holds none */
export function expiryOf(pem: string): Date {
  const last = pem.match(CERTIFICATE)?.at(-1);
  if (last === undefined) throw new Error('it holds no certificate (PEM)');
  return new X509Certificate(last).validToDate;
}

/** A certificate that somebody else keeps in a file. */
export function followedCertificate(name: string, file: string): OwnCertificate {
  let before: string | undefined;
  return {
    name,
    renew: async () => {
      const pem = readFileSync(file, 'utf8');
      const renewed = before !== undefined && before !== pem;
      before = pem;
      return { expiresAt: expiryOf(pem), renewed };
    },
  };
}

/** A certificate that stays the same for as long as we run. */
export function lastingCertificate(name: string, pem: string): OwnCertificate {
  const expiresAt = expiryOf(pem);
  return { name, renew: async () => ({ expiresAt, renewed: false }) };
}

/** The certificate of the REST API that the operator gave us, if any. */
export function givenCertificate(config: Pick<ApiConfig, 'api.https.certFile'>): OwnCertificate[] {
  const file = config['api.https.certFile'];
  return file ? [followedCertificate('api', file)] : [];
}
