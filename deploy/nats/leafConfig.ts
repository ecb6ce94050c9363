import { quote } from './hubConfig.ts';

/** What a zone's nats-server is told. */
export interface LeafOptions {
  readonly zone: string;
  /** `host:port` for the zone's control planes. */
  readonly listen: string;
  readonly store: string;
  readonly user: string;
  readonly password: string;
  readonly hub: { readonly url: string; readonly user: string; readonly password: string };
}

/** A zone's own server: a JetStream domain named after the zone, and a leaf node of the hub that dials out to it. */
export function leafConfig({ zone, listen, store, user, password, hub }: LeafOptions): string {
  const remote = new URL(hub.url);
  remote.username = hub.user;
  remote.password = hub.password;
  return `server_name: ${quote(`leaf-${zone}`)}
listen: ${quote(listen)}
max_payload: 8MB
jetstream { store_dir: ${quote(store)}, domain: ${quote(zone)}, sync_interval: always }
accounts {
  SYS { users: [ { user: sys, password: ${quote(password)} } ] }
  CP { jetstream: enabled, users: [ { user: ${quote(user)}, password: ${quote(password)} } ] }
}
system_account: SYS
leafnodes { reconnect: "1s", remotes: [ { urls: [ ${quote(remote.toString())} ], account: CP } ] }
`;
}
