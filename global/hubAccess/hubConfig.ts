import { jetStreamConfig } from '../../nats/jetStreamConfig.ts';
import { quote } from '../../nats/quote.ts';
import { SCOPED_REPLIES } from '../../nats/scopedReplies.ts';
import type { HubTrust } from './accountClaims.ts';

/** What the hub's nats-server is told. */
interface HubConfig {
  /** `host:port` for global. */
  readonly listen: string;
  /** `host:port` for the zones' servers. */
  readonly leafListen: string;
  /** Folder of JetStream's files. */
  readonly store: string;
  /** Folder of the accounts' latest claims, which global sends: revocations survive a restart of the hub. */
  readonly claims: string;
  readonly trust: HubTrust;
  /** Certificate that global and the zones' servers know it by. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string };
}

/**
 * The hub: TLS only, JetStream domain `global`, every write synced to disk, and the accounts whose signatures it checks by itself. It
 * knows no users: whoever holds a credential that global signed may come in, so a new zone changes nothing here.
 */
export function hubConfig({ listen, leafListen, store, claims, trust, certificate }: HubConfig): string {
  const { operatorJwt, systemAccount, account } = trust;
  const tls = `tls { cert_file: ${quote(certificate.certFile)}, key_file: ${quote(certificate.keyFile)}, min_version: "1.3" }`;
  return `# Written by global at every start: put settings of your own into a file that includes this one.
server_name: hub
listen: ${quote(listen)}
max_payload: 8MB
${SCOPED_REPLIES}
${jetStreamConfig({ store, domain: 'global' })}
${tls}
leafnodes { listen: ${quote(leafListen)}, ${tls} }
operator: ${operatorJwt}
system_account: ${systemAccount.id}
resolver { type: full, dir: ${quote(claims)}, allow_delete: false, interval: "2m" }
resolver_preload {
  ${systemAccount.id}: ${systemAccount.jwt}
  ${account.id}: ${account.jwt}
}
`;
}
