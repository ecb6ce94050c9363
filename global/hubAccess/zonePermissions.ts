/** What a credential allows, in subjects. */
interface SubjectPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The consumers of the hub that only this zone reads, as `<stream>.<consumer>`. */
const OWN_CONSUMERS = ['EVENTS.ev', 'KEYS.keys', 'ZONES.peers'];
/** The hub's JetStream domain. */
const HUB = 'global';

/**
 * What a zone's nats-server may do at the hub: what replication needs, and nothing else. `publish` is what it may send
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
      answersAbout(zone, own),
    ],
    subscribe: [
      ...['ev', 'keys', 'peers'].map((consumer) => `cp.repl.${consumer}-${zone}`),
      `_INBOX.${zone}.>`,
      `cp.ask.${zone}.*`,
      `cp.notice.${zone}.*`,
      `$JS.${zone}.API.CONSUMER.RESET.${own}`,
      ...flowControl(zone, own),
      ...consumers.map((consumer) => answersAbout(HUB, consumer)),
    ],
  };
}

/** Where the consumers of a domain have flow control answered, in the short form and in the one that names the domain. */
function flowControl(domain: string, consumer: string): string[] {
  return [`$JS.FC.${consumer}.*`, `$JS.FC.${domain}.*.${consumer}.*`];
}

/** Where servers have the answers of a domain about a consumer sent (`SCOPED_REPLIES`); between them is a hash of the account. */
function answersAbout(domain: string, consumer: string): string {
  return `$JSC.R.${domain}.*.${consumer}.*`;
}
