import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { endOfServer } from '../../runtime/certificate/readCertificate.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { isDue, issueServerCertificate } from '../../runtime/certificate/serverCertificate.ts';
import type { ZoneCa } from './zoneCa.ts';

/** What a port shows: of a CA that its clients were given, for a year, and made anew when it is time. */
export interface ServedCertificate extends OwnCertificate {
  /** The first one. */
  readonly certificate: CaMaterial;
  /** PEM of the CAs that clients are to trust now. */
  trusted(): string;
}

interface Options {
  readonly name: string;
  /** The CA as it is now. */
  readonly ca: () => Promise<ZoneCa>;
  /** Names and addresses that clients dial. */
  readonly hosts: readonly string[];
  readonly now: () => Date;
  /** Has the port show another one from then on. */
  readonly use: (certificate: CaMaterial) => void;
}

/** It needs no file: whoever trusts the CA trusts the one that the next start makes, too. */
export async function servedCertificate({ name, ca, hosts, now, use }: Options): Promise<ServedCertificate> {
  const issue = async ({ signing, vouchers }: ZoneCa): Promise<CaMaterial> => {
    const issued = await issueServerCertificate(signing, hosts, now());
    return { ...issued, certificatePem: issued.certificatePem + vouchers };
  };
  let of = await ca();
  const certificate = await issue(of);
  let expiresAt = endOfServer(certificate.certificatePem);
  return {
    name,
    certificate,
    trusted: () => of.trusted,
    renew: async () => {
      const found = await ca();
      if (found.trusted === of.trusted && !isDue(expiresAt, now())) return { expiresAt, renewed: false };
      const next = await issue(found);
      use(next);
      of = found;
      expiresAt = endOfServer(next.certificatePem);
      return { expiresAt, renewed: true };
    },
  };
}
