import { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { caId } from '../identity/zoneCa.ts';

/** What a proxy's Envoy knows the control plane by. */
export interface TrustedCas {
  readonly pem: string;
  /** Id of the newest of our CAs; empty: it knows us by others. */
  readonly newest: string;
}

/**
 * Our CAs, unless the proxy was given others. Where it was given one of ours, it gets all of them: the file that it was given may be
 * older than the next CA.
 * @param given PEM, `caCert` of its request; empty: none @param ours PEM of our CAs
 */
export function trustedCas(given: string, ours: string): TrustedCas {
  const newest = caId(ours);
  if (given === '') return { pem: ours, newest };
  const known = new Set(certificatesIn(given).map(fingerprint));
  const all = certificatesIn(ours);
  const missing = all.filter((one) => !known.has(fingerprint(one)));
  if (missing.length === all.length) return { pem: given, newest: '' };
  return { pem: [given.trim(), ...missing, ''].join('\n'), newest };
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
