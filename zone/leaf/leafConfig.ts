import { jetStreamConfig } from '../../nats/jetStreamConfig.ts';
import { quote } from '../../nats/quote.ts';
import { SCOPED_REPLIES } from '../../nats/scopedReplies.ts';

/** What a zone's nats-server is told. */
export interface LeafConfig {
  readonly zone: string;
  /** `host:port` for the zone's control planes. */
  readonly listen: string;
  /** Folder of JetStream's files. */
  readonly store: string;
  /** Public nkey of the zone's control planes, `U…`: nobody else may connect. */
  readonly userKey: string;
  /** Public nkey of who may ask how it is and have it read its configuration and certificates anew, and nothing else. */
  readonly systemKey: string;
  /** Certificate that the zone's control planes know it by. */
  readonly certificate: { readonly certFile: string; readonly keyFile: string };
  readonly hub: {
    readonly url: string;
    /** File with the credential; read anew at every connection. */
    readonly credentials: string;
    /** File with the CA that the hub's certificate is of. */
    readonly caFile: string;
  };
}

/** A zone's own server: a JetStream domain named after the zone, and a leaf node of the hub that dials out to it. */
export function leafConfig({ zone, listen, store, userKey, systemKey, certificate, hub }: LeafConfig): string {
  return `# Written by the zone's control plane at every start: put settings of your own into a file that includes this one.
server_name: ${quote(`leaf-${zone}`)}
listen: ${quote(listen)}
max_payload: 8MB
${SCOPED_REPLIES}
tls { cert_file: ${quote(certificate.certFile)}, key_file: ${quote(certificate.keyFile)}, min_version: "1.3" }
${jetStreamConfig({ store, domain: zone })}
accounts {
  SYS { users: [ { nkey: ${systemKey}, permissions {
    publish: [ "$SYS.REQ.SERVER.*.RELOAD", "$SYS.REQ.SERVER.*.HEALTHZ" ], subscribe: "_INBOX.>"
  } } ] }
  CP { jetstream: enabled, users: [ { nkey: ${userKey} } ] }
}
system_account: SYS
leafnodes {
  reconnect: "1s"
  remotes: [ {
    urls: [ ${quote(hub.url)} ], account: CP, credentials: ${quote(hub.credentials)}
    tls { ca_file: ${quote(hub.caFile)}, min_version: "1.3" }
  } ]
}
`;
}
