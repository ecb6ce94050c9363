import { expect, it, onTestFinished } from 'vitest';
import { connectWithJwt, signedUser } from './hubClient.ts';
import { HostileLeaf } from './hostileLeaf.ts';
import { hubWithZones } from './hubWithZones.ts';
import { allHeard, takenOver } from './takenOver.ts';
import { resource, sealedSecret } from './wiring.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { systemClock } from '../../global/insight/clock.ts';
import { followZones } from '../../global/insight/zoneFollower.ts';
import { ZONE_STATUS, type ZoneStatus } from '../../shared/event/status.ts';
import { isEncoded } from '../../shared/event/subject.ts';
import { eventually } from '../support/eventually.ts';

const registry = await loadRegistry();
const world = hubWithZones(['zone-b', 'zone-c']);

const OF_STREAM = ['CREATE', 'UPDATE', 'INFO', 'DELETE', 'PURGE', 'SNAPSHOT', 'RESTORE', 'MSG.DELETE', 'MSG.GET'];
const OF_CLUSTER = ['PEER.REMOVE', 'PEER.EVACUATE', 'LEADER.STEPDOWN'];
const OF_CONSUMER = ['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'PAUSE', 'UNPIN', ...OF_CLUSTER];
const OF_ZONE_B = ['EVENTS.ev-zone-b', 'KEYS.keys-zone-b', 'ZONES.peers-zone-b'];

/** All of the API that the servers' account answers: server/jetstream_api.go of nats-server 2.15.1. */
const answeredBySystem = (account: string) => [
  'INFO',
  'STREAM.NAMES',
  'STREAM.LIST',
  'META.LEADER.STEPDOWN',
  'META.RESCUE',
  'SERVER.REMOVE',
  'SERVER.EVACUATE',
  `ACCOUNT.PURGE.${account}`,
  `ACCOUNT.STREAM.MOVE.${account}.EVENTS`,
  `ACCOUNT.STREAM.CANCEL_MOVE.${account}.EVENTS`,
  ...OF_ZONE_B.flatMap((consumer) => {
    const [stream = ''] = consumer.split('.');
    return [
      ...[...OF_STREAM, ...OF_CLUSTER, 'CANCEL_MOVE'].map((what) => `STREAM.${what}.${stream}`),
      ...['CREATE', 'NAMES', 'LIST'].map((what) => `CONSUMER.${what}.${stream}`),
      ...OF_CONSUMER.map((what) => `CONSUMER.${what}.${consumer}`),
    ];
  }),
];
/** What streams and consumers answer themselves, in their account. */
const ANSWERED_IN_PLACE = [
  'DIRECT.GET.EVENTS',
  'DIRECT.GET.KEYS.cp.key.zone-b.key-1',
  ...OF_ZONE_B.flatMap((consumer) => [`CONSUMER.MSG.NEXT.${consumer}`, `CONSUMER.RESET.${consumer}`]),
];

interface Row {
  readonly subjects: readonly string[];
  /** Why nothing comes of it when the hub's server publishes there for a zone. */
  readonly why: string;
  /** The hub takes it from the zone's server itself, too, which no permission can forbid: nats-server asks for none there. */
  readonly unasked?: true;
}

/** What a zone has no business with. From its own server the hub refuses it and closes the link, unless `unasked`. */
const table = (account: string): readonly Row[] => [
  {
    why: "the servers' account drops what does not come through the gate",
    subjects: answeredBySystem(account).map((what) => `$JS.API.${what}`),
  },
  {
    why: 'it is nothing without a place for an answer, and no server that publishes for a zone names one',
    subjects: [
      ...ANSWERED_IN_PLACE.map((what) => `$JS.API.${what}`),
      '$JS.zone-b.API.CONSUMER.RESET.ZONE.up-zone-b',
      ...['ACCOUNT.PING.CONNZ', 'ACCOUNT.PING.STATZ', 'SERVER.PING.CONNZ', 'USER.INFO'].map(
        (what) => `$SYS.REQ.${what}`,
      ),
    ],
  },
  {
    why: 'the domain is taken off what comes from outside only',
    subjects: [...answeredBySystem(account), ...ANSWERED_IN_PLACE].map((what) => `$JS.global.API.${what}`),
  },
  {
    why: "zone-b's server is not asked that: its credential subscribes to nothing of the kind",
    subjects: ['STREAM.DELETE.ZONE', 'STREAM.PURGE.ZONE', 'CONSUMER.DELETE.ZONE.up-zone-b', 'STREAM.DELETE.EVENTS'].map(
      (what) => `$JS.zone-b.API.${what}`,
    ),
  },
  {
    why: 'the gate knows its secret only, the streams take messages below theirs only',
    subjects: [
      'cp.api.guessed.STREAM.DELETE.EVENTS',
      'cp.api.*.STREAM.DELETE.EVENTS',
      'cp.closed.STREAM.DELETE.EVENTS',
      'in.guessed.cp.ev.default.MeshTimeout.evil',
      'in.*.cp.ev.default.MeshTimeout.evil',
      'cp.ev.default.MeshTimeout.evil',
      'cp.own.-.GlobalSecret.evil',
      'cp.key.zone-b.evil',
      'cp.zone.zone-b.up.-.ZoneIngress.evil',
    ],
  },
  {
    why: 'a consumer takes the number only that it asked for last, a mirror or source only what a consumer of its own numbered',
    subjects: [
      '$JS.FC.EVENTS.ev-zone-b.abcd',
      '$JS.FC.global.hash.EVENTS.ev-zone-b.abcd',
      '$JS.FC.ZONE.up-zone-b.abcd',
      'cp.repl.ev-zone-b',
      'cp.repl.keys-zone-b',
      'cp.repl.peers-zone-b',
      'cp.repl.up-zone-b',
    ],
  },
  {
    why: 'consumers of the hub that are acknowledged are so by flow control; who answers has random names',
    subjects: ['$JS.ACK.EVENTS.ev-zone-b.1.500.500.0.0', '$JS.ACK.global.hash.EVENTS.ev-zone-b.1.500.500.0.0'],
    unasked: true,
  },
  { why: 'the name of an answer across accounts is random', subjects: ['_R_.guess1.guess234'], unasked: true },
  { why: 'there is no MQTT here', subjects: ['$MQTT.deliver.pubrel.x'], unasked: true },
  {
    why: 'the place of an answer has a random name',
    subjects: [
      '_INBOX.zone-b.x',
      '_INBOX.zone-b.*',
      '_INBOX.zone-b.>',
      '_INBOX.follow.ZONES.x',
      'cp.answer.zone-b.x',
      '$JSC.R.zone-b.hash.ZONE.up-zone-b.guessed1',
      '$JSC.R.global.hash.EVENTS.ev-zone-b.guessed1',
      '$JSC.R.a',
      '$JSC.ACK.a',
    ],
  },
  {
    why: 'whoever reads it finds no greeting, no question and no notice in it',
    subjects: ['cp.hello.zone-b', 'cp.ask.zone-b.zone-b-1', 'cp.notice.zone-b.zone-b-1'],
  },
  {
    why: 'nobody listens there in this account, or at all',
    subjects: [
      '$JS.SNAPSHOT.ACK.EVENTS.x',
      '$JS.SNAPSHOT.RESTORE.EVENTS.x',
      '$JS.EVENT.ADVISORY.STREAM.DELETED.EVENTS',
      '$JS.EVENT.METRIC.CONSUMER.ACK.EVENTS.ev-zone-b',
      '$SYS.REQ.CLAIMS.UPDATE',
      '$SYS.REQ.CLAIMS.DELETE',
      '$SYS.REQ.SERVER.hub.RELOAD',
      `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`,
      `$SYS.ACCOUNT.${account}.CLAIMS.UPDATE`,
      '$KV.bucket.key',
      '$OBJ.bucket.C.x',
      '$NRG.V.x',
      '$NRG.P.x',
      '$GR.x',
      '$LDS.x',
      '$G.x',
      'cp.ZONES.x',
      'up.-.ZoneIngress.evil',
      'kept.default.Secret.evil',
    ],
  },
];

/** All that JetStream is at the hub and at zone-b, as far as it concerns others than zone-c. */
async function standing() {
  const hub = world.hub.connection.jsm;
  const own = world.replicaOf('zone-b').connection.jsm;
  const at = async (jsm: typeof hub, names: readonly string[]) =>
    Promise.all(
      names.map(async (name) => {
        const { config, created, state } = await jsm.streams.info(name, { subjects_filter: '>' });
        const consumers = await jsm.consumers.list(name).next();
        const ofB = consumers.filter((consumer) => /zone-b$/.test(consumer.name));
        return {
          config,
          created,
          state,
          consumers: ofB.map(({ delivered, ack_floor, ...consumer }) => ({
            name: consumer.name,
            config: consumer.config,
            created: consumer.created,
            paused: consumer.paused,
            waiting: consumer.num_ack_pending,
            delivered: [delivered.consumer_seq, delivered.stream_seq],
            acknowledged: [ack_floor.consumer_seq, ack_floor.stream_seq],
          })),
        };
      }),
    );
  return { hub: await at(hub, ['EVENTS', 'KEYS', 'ZONES']), zone: await at(own, ['ZONE', 'EVENTS', 'KEYS', 'PEERS']) };
}

/** As `standing`, when nothing is under way any more. */
async function settled() {
  let last = await standing();
  await eventually(async () => {
    const before = last;
    last = await standing();
    expect(last).toEqual(before);
    for (const { consumers } of [...last.hub, ...last.zone])
      for (const { waiting } of consumers) expect(waiting).toBe(0);
  });
  return last;
}

const sizes = ([subject, replies]: readonly [string, readonly unknown[]]) => [subject, replies.length];

/** The zone's server publishes there itself; the first that is refused closes its link. */
async function asksItself(subject: string, unasked = false): Promise<void> {
  const leaf = await HostileLeaf.connect(world.hub, 'zone-c');
  leaf.publish(subject, '{"seq":1}', '_INBOX.zone-c.straight');
  const refused = /-ERR .*Permissions Violation for Publish to/;
  if (unasked) await allHeard(leaf, 'zone-c');
  else await eventually(() => expect(leaf.came.join('\n'), subject).toMatch(refused));
  leaf.close();
}

it('a server of a zone gets nothing of what is not its own: by itself it is refused, and what the hub’s server publishes for it is harmless', async () => {
  const { hub } = world;
  const b = world.replicaOf('zone-b');
  const { account } = hub.keys;
  const rows = table(account.getPublicKey());
  const subjects = rows.flatMap((row) => row.subjects);
  await b.log.put(resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } }));
  const head = hub.log.append(resource('MeshTimeout', 'before', {}, 'default'));
  await eventually(() => expect(b.replica.position()).toBe(head));
  await eventually(async () => expect((await hub.connection.jsm.streams.info('ZONES')).state.messages).toBe(1));

  const { jwt, key } = await signedUser(hub, 'witness');
  const witness = await connectWithJwt(hub, jwt, key);
  onTestFinished(() => witness.close());
  /** What was published there, by its place for an answer. */
  const published = new Map<string, (string | undefined)[]>(subjects.map((subject) => [subject, []]));
  witness.subscribe('>', { callback: (_, { subject, reply }) => void published.get(subject)?.push(reply) });
  await witness.flush();

  const leaf = await takenOver(world, 'zone-c');
  const before = await settled();
  for (const subject of subjects) leaf.haveHubPublish('zone-c', subject);
  await allHeard(leaf, 'zone-c');
  await eventually(async () => {
    await witness.flush();
    for (const [subject, replies] of published) expect(replies.length, subject).toBeGreaterThanOrEqual(3);
  });
  // What asks for something without saying where the answer is to go is passed over.
  for (const [subject, replies] of published)
    if (subject.startsWith('$')) expect(new Set(replies), subject).toEqual(new Set(['']));
  expect(await settled()).toEqual(before);

  // Where a message is to be traced to, the hub asks whether the zone may publish there.
  const counted = () => [...published].filter(([subject]) => /^\$(JS|SYS|KV|OBJ)\./.test(subject)).map(sizes);
  const reached = counted();
  for (const subject of subjects) leaf.publishWithHead('cp.repl.up-zone-c', `NATS/1.0\r\nNats-Trace-Dest: ${subject}`);
  await allHeard(leaf, 'zone-c');
  await witness.flush();
  const refused = leaf.came.filter((line) => line.includes('Permissions Violation for Publish to'));
  expect(refused.length).toBeGreaterThanOrEqual(reached.length);
  expect(counted()).toEqual(reached);

  const errands = rows.flatMap((row) => row.subjects.map((subject) => () => asksItself(subject, row.unasked)));
  while (errands.length > 0) await Promise.all(errands.splice(0, 8).map((errand) => errand()));
  expect(await settled()).toEqual(before);

  // Such a request as global makes it is no more than what is above, and is seen in what is compared here.
  await hub.connection.nats.request('$JS.API.CONSUMER.RESET.EVENTS.ev-zone-b', '{"seq":1}', { timeout: 5_000 });
  await eventually(async () => expect(await standing()).not.toEqual(before));
  const last = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
  await eventually(() => expect(b.replica.position()).toBe(last));
  expect(b.replica.quarantined).toEqual([]);
}, 240_000);

const REPORT: ZoneStatus = {
  ...{ instance: '*', version: '', at: new Date().toISOString(), startedAt: '', logId: '', position: 0, digest: '' },
  ...{ quarantined: [], waitingForKeys: 0, proxies: { connected: 0 }, rollouts: [], config: {} },
};

it('what it says of its log is its own, whatever subject it says it of', async () => {
  const { hub } = world;
  const b = world.replicaOf('zone-b');
  const heard: string[] = [];
  onTestFinished(b.replica.onSignOfLife(({ zone }) => void heard.push(zone)));
  const zones = followZones(hub.connection, registry, systemClock, () => {});
  onTestFinished(zones.stop);
  const leaf = await takenOver(world, 'zone-c');
  const before = await gathered();
  const ingress = (name: string, mesh = '') =>
    JSON.stringify(resource('ZoneIngress', name, { networking: { address: '10.6.6.6', port: 666 } }, mesh));
  const forged: readonly (readonly [subject: string, body: string])[] = [
    ['cp.zone.zone-x.up.-.ZoneIngress.plain', ingress('plain')],
    // What has such a token, a nats-server stores under the subject that it is said to have.
    ['cp.zone.zone-x.up.*.ZoneIngress.evil', ingress('evil', '*')],
    ['cp.zone.zone-x.up.-.ZoneIngress.*', ingress('*')],
    ['cp.zone.zone-x.up.-.ZoneIngress.>', ingress('>')],
    ['cp.zone.zone-x.up.-.ZoneStatus.*', JSON.stringify(resource(ZONE_STATUS, '*', REPORT))],
    ['cp.zone.zone-x.up.-.ZoneIngress..', ''],
  ];
  for (const [subject, body] of forged) leaf.say('zone-c', await allHeard(leaf, 'zone-c'), subject, body);
  // Another rolls up all that is there, in a stream that allows it.
  const rollup = 'NATS/1.0\r\nNats-Rollup: all';
  leaf.say('zone-c', await allHeard(leaf, 'zone-c'), 'up.-.ZoneIngress.own', ingress('own'), rollup);
  const own = { type: 'ZoneIngress', mesh: '', name: 'own' };
  await eventually(() => {
    expect(zones.view.get(own, 'zone-c')).toBeDefined();
    expect(b.replica.view.get(own, 'zone-c')).toBeDefined();
  });
  expect(new Set(heard)).toEqual(new Set(['zone-c']));
  expect([...zones.reports.keys()]).toEqual([]);
  for (const { view } of [zones, b.replica])
    for (const mesh of ['', '*'])
      expect([...view.entries('ZoneIngress', mesh)].filter(({ origin }) => origin === 'zone-x')).toEqual([]);
  expect(await gathered()).toEqual(expect.arrayContaining(before));
  // Nothing of it stays, and nobody is out of sync for it.
  await eventually(async () => expect((await gathered()).filter((subject) => !isEncoded(subject))).toEqual([]));
  expect(b.replica.quarantined).toEqual([]);
  expect(Object.keys(b.replica.copies.of('PEERS').byZone)).not.toContain('zone-x');
  expect(b.errors.map(({ message }) => message).join('\n')).toContain('since no zone writes there');
});

/** Subjects of what the hub holds of the zones' logs. */
async function gathered(): Promise<string[]> {
  const { state } = await world.hub.connection.jsm.streams.info('ZONES', { subjects_filter: '>' });
  return Object.keys(state.subjects ?? {});
}

/** What zone-c may read. */
const OF_ZONE_C =
  /^(cp\.repl\.(ev|keys|peers)-zone-c|_INBOX\.zone-c\..+|cp\.(ask|notice)\.zone-c\..+|\$JS\.zone-c\.API\.CONSUMER\.RESET\.ZONE\.up-zone-c|\$JS\.FC\..*\.up-zone-c\..+|\$JSC\.R\.global\..*-zone-c\..+)$/;

it('it hears nothing of what is not its own, whatever it subscribes to', async () => {
  const { hub } = world;
  const leaf = await takenOver(world, 'zone-c');
  const everything = ['>', '*.>', 'cp.>', 'in.>', '_INBOX.>', '_R_.>', '_GR_.>', '$GR.>', '$LDS.>', '$JS.>', '$JSC.>'];
  for (const subject of [...everything, '$SYS.>', '$KV.>', 'up.>', 'cp.hello.* global 1', 'cp.repl.* x 1'])
    leaf.subscribe(subject);
  leaf.subscribe('cp.repl.ev-zone-c');
  await allHeard(leaf, 'zone-c');
  hub.log.append(resource('GlobalSecret', 'admin-user-token', { sealed: { keyId: 'k', iv: '', ciphertext: '' } }));
  hub.log.append(sealedSecret(hub, 'hidden', 'key-9', 'hidden'));
  // It greets, is answered, and reads what it may read.
  const b = await world.restart('zone-b');
  await b.log.put(resource('ZoneIngress', 'again', { networking: { address: '10.0.0.8', port: 10_001 } }));
  const head = hub.log.append(resource('MeshTimeout', 'heard', {}, 'default'));
  await eventually(() => expect(b.replica.position()).toBe(head));
  await hub.connection.jsm.streams.getMessage('KEYS', { last_by_subj: 'cp.key.zone-b.key-9' });
  await allHeard(leaf, 'zone-c');
  const subjects = () => leaf.came.map((line) => line.split(' ')[1] ?? '');
  await eventually(() => expect(subjects()).toContain('cp.repl.ev-zone-c'));
  expect(leaf.came.filter((line) => line.startsWith('-ERR'))).toEqual([]);
  expect(subjects().filter((subject) => !OF_ZONE_C.test(subject))).toEqual([]);
});
