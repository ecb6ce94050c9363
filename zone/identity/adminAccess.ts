import type { OwnCertificate } from '../../runtime/certificate/keepCertificates.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { ADMIN_CLIENT, ADMIN_SERVER, type AdminTrust } from '../../shared/snapshot/adminTrust.ts';
import { caCertificates } from './caCertificates.ts';
import { clientCertificate, servedCertificate } from './servedCertificate.ts';
import { zoneCa } from './zoneCa.ts';

/** How this control plane and the admin APIs of its proxies know each other. */
export interface AdminAccess {
  /** What proxies show and whom they let in; another object when that is something else. */
  readonly trust: () => AdminTrust;
  /** What the control plane shows them, and the CAs (PEM) that it trusts. */
  readonly client: () => AdminClient;
  /** To be renewed. */
  readonly certificates: readonly OwnCertificate[];
}

/** A client of admin APIs. */
export interface AdminClient extends CaMaterial {
  readonly trustedPem: string;
}

interface Options {
  /** Folder of the CA, which all control planes of the zone share. */
  readonly keysDir: string;
  readonly now: () => Date;
  /** `trust` is something else from now on. */
  readonly changed: () => void;
}

/**
 * Both are of one CA of the zone. All proxies show the same certificate: the proxy that answers is told by its address. What they show
 * makes no client, so no proxy gets at the admin API of another by it.
 */
export async function adminAccess({ keysDir, now, changed }: Options): Promise<AdminAccess> {
  const ca = () => zoneCa(keysDir, 'envoy-admin', now());
  const trustOf = ({ certificatePem, privateKeyPem }: CaMaterial, trustedPem: string): AdminTrust => ({
    certificateChainPem: certificatePem,
    privateKeyPem,
    trustedPem,
  });
  const served = await servedCertificate({
    name: 'envoy-admin',
    ca,
    hosts: [ADMIN_SERVER],
    now,
    use: (next, trusted) => {
      trust = trustOf(next, trusted);
      changed();
    },
  });
  const shown = await clientCertificate({
    name: 'envoy-admin-client',
    ca,
    as: ADMIN_CLIENT,
    now,
    use: (next, trustedPem) => {
      client = { ...next, trustedPem };
    },
  });
  let trust = trustOf(served.certificate, served.trusted());
  let client: AdminClient = { ...shown.certificate, trustedPem: shown.trusted() };
  return {
    trust: () => trust,
    client: () => client,
    certificates: [served, shown, ...caCertificates(keysDir, 'envoy-admin')],
  };
}
