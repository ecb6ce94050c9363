/** What the hub's nats-server is told. */
export interface HubOptions {
  /** `host:port` for global. */
  readonly listen: string;
  /** `host:port` for the zones' servers. */
  readonly leafListen: string;
  /** Folder of JetStream's files. */
  readonly store: string;
  readonly user: string;
  readonly password: string;
  readonly zones: readonly { readonly zone: string; readonly password: string }[];
}

/**
 * The hub: JetStream domain `global`, every write synced to disk, and one user a zone that may do what replication needs and
 * nothing else (D1). `publish` is what the zone's server may send into the hub, `subscribe` what it may receive. A zone never
 * gets CONSUMER.CREATE: it could have the hub deliver to another zone's private subjects.
 */
export function hubConfig({ listen, leafListen, store, user, password, zones }: HubOptions): string {
  return `server_name: hub
listen: ${quote(listen)}
max_payload: 8MB
jetstream { store_dir: ${quote(store)}, domain: global, sync_interval: always }
leafnodes { listen: ${quote(leafListen)} }
accounts {
  SYS { users: [ { user: sys, password: ${quote(password)} } ] }
  CP {
    jetstream: enabled
    users: [
      { user: ${quote(user)}, password: ${quote(password)} }
${zones.map(zoneUser).join('\n')}
    ]
  }
}
system_account: SYS
`;
}

function zoneUser({ zone, password }: HubOptions['zones'][number]): string {
  const publish = [
    `cp.hello.${zone}`,
    `cp.answer.${zone}.>`,
    `cp.repl.up-${zone}`,
    ...['EVENTS.ev', 'KEYS.keys', 'ZONES.peers'].map((consumer) => `$JS.global.API.CONSUMER.RESET.${consumer}-${zone}`),
    ...['EVENTS', 'KEYS', 'ZONES'].map((stream) => `$JS.FC.${stream}.>`),
    '$JS.FC.global.>',
    '$JSC.R.>',
  ];
  const subscribe = [
    ...['ev', 'keys', 'peers'].map((consumer) => `cp.repl.${consumer}-${zone}`),
    `_INBOX.${zone}.>`,
    `cp.ask.${zone}.*`,
    `cp.notice.${zone}.*`,
    `$JS.${zone}.API.CONSUMER.RESET.ZONE.up-${zone}`,
    '$JS.FC.ZONE.>',
    `$JS.FC.${zone}.>`,
    '$JSC.R.>',
  ];
  const list = (subjects: readonly string[]) => `[ ${subjects.map(quote).join(', ')} ]`;
  return `      { user: ${quote(zone)}, password: ${quote(password)}, permissions: {
        publish: { allow: ${list(publish)} }
        subscribe: { allow: ${list(subscribe)} } } }`;
}

/** As a string of the configuration: it may hold a `$`, which would begin a variable. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
