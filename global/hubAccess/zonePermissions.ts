/** What a credential allows, in subjects. */
export interface SubjectPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The consumers of the hub that only this zone reads, as `<stream>.<consumer>`. */
const OWN_CONSUMERS = ['EVENTS.ev', 'KEYS.keys', 'ZONES.peers'];
/** The hub's JetStream domain. */
const HUB = 'global';
/**
 * Where servers have each other's answers about consumers sent, under a random name: a zone's own cannot be told from another's, and leaf
 * nodes know no permission "to answer what was asked". A zone could read how far another's consumers are, not what they deliver.
 */
const SERVER_ANSWERS = '$JSC.R.*';

/**
 * What a zone's nats-server may do at the hub: what replication needs, and nothing else (D1). `publish` is what it may send
 * into the hub, `subscribe` what it may receive. A zone never gets CONSUMER.CREATE: it could have the hub deliver to another
 * zone's private subjects.
 */
export function zonePermissions(zone: string): SubjectPermissions {
  const consumers = OWN_CONSUMERS.map((one) => `${one}-${zone}`);
  const own = `ZONE.up-${zone}`;
  return {
    publish: [
      `cp.hello.${zone}`,
      `cp.answer.${zone}.>`,
      `cp.repl.up-${zone}`,
      ...consumers.map((consumer) => `$JS.${HUB}.API.CONSUMER.RESET.${consumer}`),
      ...consumers.flatMap((consumer) => flowControl(HUB, consumer)),
      SERVER_ANSWERS,
    ],
    subscribe: [
      ...['ev', 'keys', 'peers'].map((consumer) => `cp.repl.${consumer}-${zone}`),
      `_INBOX.${zone}.>`,
      `cp.ask.${zone}.*`,
      `cp.notice.${zone}.*`,
      `$JS.${zone}.API.CONSUMER.RESET.${own}`,
      ...flowControl(zone, own),
      SERVER_ANSWERS,
    ],
  };
}

/** Where the consumers of a domain have flow control answered, in the short form and in the one that names the domain. */
function flowControl(domain: string, consumer: string): string[] {
  return [`$JS.FC.${consumer}.*`, `$JS.FC.${domain}.*.${consumer}.*`];
}
