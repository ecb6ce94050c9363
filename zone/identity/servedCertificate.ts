import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { expiryOf } from '../../runtime/certificate/readCertificate.ts';
import { isDue, issueServerCertificate } from '../../runtime/certificate/serverCertificate.ts';
import type { ServerCertificate } from './dpServerCertificate.ts';

/** What a port shows: of a CA that its clients were given, for a year, and made anew when it is time. */
export interface ServedCertificate extends OwnCertificate {
  /** The first one. */
  readonly certificate: ServerCertificate;
}

interface Options {
  readonly name: string;
  readonly ca: ServerCertificate;
  /** Names and addresses that clients dial. */
  readonly hosts: readonly string[];
  readonly now: () => Date;
  /** Has the port show another one from then on. */
  readonly use: (certificate: ServerCertificate) => void;
}

/** It needs no file: whoever trusts the CA trusts the one that the next start makes, too. */
export async function servedCertificate({ name, ca, hosts, now, use }: Options): Promise<ServedCertificate> {
  const certificate = await issueServerCertificate(ca, hosts, now());
  let expiresAt = expiryOf(certificate.certificatePem);
  return {
    name,
    certificate,
    renew: async () => {
      if (!isDue(expiresAt, now())) return { expiresAt, renewed: false };
      const next = await issueServerCertificate(ca, hosts, now());
      use(next);
      expiresAt = expiryOf(next.certificatePem);
      return { expiresAt, renewed: true };
    },
  };
}
