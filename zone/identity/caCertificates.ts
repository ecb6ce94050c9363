import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import {
  certificatesIn,
  endOfCa,
  endOfServer,
  followedCertificate,
} from '../../runtime/certificate/readCertificate.ts';
import { type CaName, caFile } from './zoneCa.ts';

/** For metrics: when the CA ends that signs now, and when the former one does that some still know it by (no time: there is none). */
export function caCertificates(folder: string, name: CaName): OwnCertificate[] {
  const file = caFile(folder, name);
  const former = (pem: string) => (certificatesIn(pem).length > 1 ? endOfServer(pem) : new Date(Number.NaN));
  const { renew, ...rest } = followedCertificate(`${name}-former-ca`, file, former);
  return [
    followedCertificate(`${name}-ca`, file, endOfCa),
    { ...rest, renew: async () => ({ ...(await renew()), renewed: false }) },
  ];
}
