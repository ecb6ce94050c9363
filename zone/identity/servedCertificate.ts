import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import { endOfServer } from '../../runtime/certificate/readCertificate.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { isDue, issueClientCertificate, issueServerCertificate } from '../../runtime/certificate/serverCertificate.ts';
import type { ZoneCa } from './zoneCa.ts';

/** What a port, or a client, shows: of a CA that the other side was given, for a year, and made anew when it is time. */
export interface ServedCertificate extends OwnCertificate {
  /** The first one. */
  readonly certificate: CaMaterial;
  /** PEM of the CAs that the other side is to trust now. */
  trusted(): string;
}

interface Options {
  readonly name: string;
  /** The CA as it is now. */
  readonly ca: () => Promise<ZoneCa>;
  readonly now: () => Date;
  /** Has another one be shown from then on. @param trusted what the other side is to trust from then on */
  readonly use: (certificate: CaMaterial, trusted: string) => void;
}

interface ServerOptions extends Options {
  /** Names and addresses that clients dial. */
  readonly hosts: readonly string[];
}

/** It needs no file: whoever trusts the CA trusts the one that the next start makes, too. */
export function servedCertificate({ hosts, ...options }: ServerOptions): Promise<ServedCertificate> {
  return keptCertificate(options, (ca) => issueServerCertificate(ca, hosts, options.now()));
}

/** As `servedCertificate`, of a client that servers know by that name. */
export function clientCertificate({ as, ...options }: Options & { readonly as: string }): Promise<ServedCertificate> {
  return keptCertificate(options, (ca) => issueClientCertificate(ca, as, options.now()));
}

async function keptCertificate(
  { name, ca, now, use }: Options,
  issueBy: (ca: CaMaterial) => Promise<CaMaterial>,
): Promise<ServedCertificate> {
  const issue = async ({ signing, vouchers }: ZoneCa): Promise<CaMaterial> => {
    const issued = await issueBy(signing);
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
      use(next, found.trusted);
      of = found;
      expiresAt = endOfServer(next.certificatePem);
      return { expiresAt, renewed: true };
    },
  };
}
