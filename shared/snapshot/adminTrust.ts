import type { ProxyIdentity } from './proxy.ts';

/** Names in the certificates: of the admin APIs of all proxies, and of the control plane that asks them. */
export const ADMIN_SERVER = 'envoy-admin';
export const ADMIN_CLIENT = 'meridian-cp';

/** What the admin APIs of all proxies of a control plane show, and the CAs (PEM) of who is let in. */
export interface AdminTrust extends Pick<ProxyIdentity, 'certificateChainPem' | 'privateKeyPem'> {
  readonly trustedPem: string;
}
