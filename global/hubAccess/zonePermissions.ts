/** What a credential allows, in subjects. */
export interface SubjectPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What a zone's nats-server may do at the hub: what replication needs, and nothing else (D1). `publish` is what it may send
 * into the hub, `subscribe` what it may receive. A zone never gets CONSUMER.CREATE: it could have the hub deliver to another
 * zone's private subjects.
 */
export function zonePermissions(zone: string): SubjectPermissions {
  return {
    publish: [
      `cp.hello.${zone}`,
      `cp.answer.${zone}.>`,
      `cp.repl.up-${zone}`,
      ...['EVENTS.ev', 'KEYS.keys', 'ZONES.peers'].map(
        (consumer) => `$JS.global.API.CONSUMER.RESET.${consumer}-${zone}`,
      ),
      ...['EVENTS', 'KEYS', 'ZONES'].map((stream) => `$JS.FC.${stream}.>`),
      '$JS.FC.global.>',
      '$JSC.R.>',
    ],
    subscribe: [
      ...['ev', 'keys', 'peers'].map((consumer) => `cp.repl.${consumer}-${zone}`),
      `_INBOX.${zone}.>`,
      `cp.ask.${zone}.*`,
      `cp.notice.${zone}.*`,
      `$JS.${zone}.API.CONSUMER.RESET.ZONE.up-${zone}`,
      '$JS.FC.ZONE.>',
      `$JS.FC.${zone}.>`,
      '$JSC.R.>',
    ],
  };
}
