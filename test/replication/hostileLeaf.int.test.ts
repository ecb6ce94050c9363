import { expect, it, onTestFinished, vi } from 'vitest';
import { HostileLeaf } from './hostileLeaf.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource, sealedSecret, startHubServer } from './wiring.ts';
import { provisionHub } from '../../global/relay/provision.ts';
import { tempDir } from '../support/tempDir.ts';

const world = hubWithZones(['zone-a', 'zone-b', 'zone-c']);
const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 40_000, interval: 50 });

/** The nats-server of that zone is another one from now on. */
async function takenOver(zone: string): Promise<HostileLeaf> {
  await world.leafOf(zone).server.kill();
  const leaf = await HostileLeaf.connect(world.hub, zone);
  onTestFinished(() => leaf.close());
  await eventually(() => expect([...leaf.wanted]).toContain(`cp.repl.up-${zone}`));
  return leaf;
}

/** Subjects that the hub's streams hold. */
async function held(): Promise<string[]> {
  const { jsm } = world.hub.connection;
  const all = ['EVENTS', 'KEYS', 'ZONES'].map((name) => jsm.streams.info(name, { subjects_filter: '>' }));
  return (await Promise.all(all)).flatMap(({ state }) => Object.keys(state.subjects ?? {}));
}

/** What the zone may send; what the server itself answers; and who is there. */
const OWN = /zone-a|^cp\.hello\.\*$|^\$SYS\.REQ\.|^\$JS\.(global\.)?API\.|^\$LDS\./;

/** As a server asks another for flow control: it answers wherever it is told to. */
const asksAt = (leaf: HostileLeaf, zone: string, reply: string) =>
  leaf.publishWithHead(`cp.repl.up-${zone}`, 'NATS/1.0 100 FlowControl Request', reply);

it('a nats-server of a zone that has gone bad has the hub write nothing, wherever it asks for an answer', async () => {
  const { hub } = world;
  await world
    .replicaOf('zone-b')
    .log.put(resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } }));
  hub.log.append(sealedSecret(hub, 'victim', 'key-1', 'hidden'), resource('MeshTimeout', 'victim', {}, 'default'));
  const subjects = ['cp.ev.default.MeshTimeout.victim', 'cp.key.zone-b.key-1', 'cp.zone.zone-b.up.-.ZoneIngress.of-b'];
  await eventually(async () => expect(await held()).toEqual(expect.arrayContaining(subjects)));
  const before = await held();
  const leaf = await takenOver('zone-a');
  expect([...leaf.wanted].filter((subject) => !OWN.test(subject))).toEqual([]);
  const targets = [...subjects, 'cp.ev.default.MeshTimeout.evil', 'cp.own.-.GlobalSecret.evil', 'cp.key.zone-b.evil'];
  for (const target of targets) {
    asksAt(leaf, 'zone-a', target);
    leaf.publishWithHead('cp.repl.up-zone-a', `NATS/1.0 100 Idle Heartbeat\r\nNats-Consumer-Stalled: ${target}`);
    leaf.publish('$JS.global.API.CONSUMER.RESET.EVENTS.ev-zone-a', '{"seq":1}', target);
    leaf.publish('cp.hello.zone-a', '{}', target);
    leaf.publish('cp.hello.zone-a', '{}', `$JS.ACK.a.b@${target}`);
    leaf.publish('$JS.ACK.EVENTS.ev-zone-b.1.500.500.0.0', '+ACK', target);
  }
  // What came before this has been read by then.
  const inbox = '_INBOX.zone-a.answered';
  leaf.subscribe(inbox);
  leaf.publish('$JS.global.API.CONSUMER.RESET.EVENTS.ev-zone-a', '{"seq":1}', inbox);
  await eventually(() => expect(leaf.came.join('\n')).toContain(inbox));
  const head = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
  await eventually(() => expect(world.replicaOf('zone-b').replica.position()).toBe(head));
  expect((await held()).sort()).toEqual([...before, 'cp.ev.default.MeshTimeout.after'].sort());
  const { jsm } = hub.connection;
  for (const subject of subjects) {
    const stream = subject.startsWith('cp.ev') ? 'EVENTS' : subject.startsWith('cp.key') ? 'KEYS' : 'ZONES';
    const message = await jsm.streams.getMessage(stream, { last_by_subj: subject });
    expect(message?.data.length, subject).toBeGreaterThan(0);
  }
  expect((await jsm.consumers.info('EVENTS', 'ev-zone-b')).delivered.stream_seq).toBe(head);
}, 120_000);

it('what it has the hub delete is there again by itself', async () => {
  const { hub } = world;
  const leaf = await takenOver('zone-c');
  const before = (await held()).sort();
  const { jsm } = hub.connection;
  const made = async () => [
    (await jsm.streams.info('KEYS')).created,
    (await jsm.consumers.info('EVENTS', 'ev-zone-b')).created,
  ];
  const first = await made();
  const errands = ['STREAM.PURGE.EVENTS', 'STREAM.DELETE.KEYS', 'CONSUMER.DELETE.EVENTS.ev-zone-b'];
  for (const errand of errands) asksAt(leaf, 'zone-c', `$JS.API.${errand}`);
  const head = hub.log.append(resource('MeshTimeout', 'later', {}, 'default'));
  await eventually(async () => {
    const again = await made();
    expect(again.filter((at, index) => at === first[index])).toEqual([]);
    expect((await held()).sort()).toEqual([...before, 'cp.ev.default.MeshTimeout.later'].sort());
    expect(world.replicaOf('zone-b').replica.position()).toBe(head);
  });
}, 120_000);

it('streams that an older version made take messages on the secret subjects only, and keep what they hold', async () => {
  const { path, remove } = await tempDir('older-hub');
  onTestFinished(remove);
  const { server, connection } = await startHubServer(path);
  onTestFinished(async () => {
    await connection.nats.close();
    await server.stop();
  });
  const { js, jsm, ingest } = connection;
  await jsm.streams.add({
    name: 'EVENTS',
    subjects: ['cp.ev.>', 'cp.own.>'],
    max_msgs_per_subject: 1,
    allow_direct: true,
  });
  await js.publish('cp.ev.default.MeshTimeout.kept', '{}');
  await provisionHub(connection, 1);
  await js.publish(`${ingest}.cp.ev.default.MeshTimeout.next`, '{}');
  await expect(js.publish('cp.ev.default.MeshTimeout.kept', '')).rejects.toThrow();
  const { state } = await jsm.streams.info('EVENTS', { subjects_filter: '>' });
  expect(state.subjects).toEqual({ 'cp.ev.default.MeshTimeout.kept': 1, 'cp.ev.default.MeshTimeout.next': 1 });
});
