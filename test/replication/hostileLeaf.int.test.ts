import { expect, it, onTestFinished } from 'vitest';
import { HostileLeaf } from './hostileLeaf.ts';
import { hubWithZones } from './hubWithZones.ts';
import { allHeard, takenOver } from './takenOver.ts';
import { resource, sealedSecret, startHubServer } from './wiring.ts';
import { keyText } from '../../shared/resource/resource.ts';
import { provisionHub } from '../../global/relay/provision.ts';
import { tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';

const world = hubWithZones(['zone-a', 'zone-b', 'zone-c']);

/** Subjects that the hub's streams hold. */
async function held(): Promise<string[]> {
  const { jsm } = world.hub.connection;
  const all = ['EVENTS', 'KEYS', 'ZONES'].map((name) => jsm.streams.info(name, { subjects_filter: '>' }));
  return (await Promise.all(all)).flatMap(({ state }) => Object.keys(state.subjects ?? {}));
}

/** What the zone may send; what the server itself answers; and who is there. */
const OWN = /zone-a|^cp\.hello\.\*$|^\$SYS\.REQ\.|^\$JS\.(global\.)?API\.|^cp\.api\.\*\.>$|^\$LDS\./;

it('a nats-server of a zone that has gone bad has the hub write nothing, wherever it asks for an answer', async () => {
  const { hub } = world;
  await world
    .replicaOf('zone-b')
    .log.put(resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } }));
  hub.log.append(sealedSecret(hub, 'victim', 'key-1', 'hidden'), resource('MeshTimeout', 'victim', {}, 'default'));
  const subjects = ['cp.ev.default.MeshTimeout.victim', 'cp.key.zone-b.key-1', 'cp.zone.zone-b.up.-.ZoneIngress.of-b'];
  await eventually(async () => expect(await held()).toEqual(expect.arrayContaining(subjects)));
  const before = await held();
  const leaf = await takenOver(world, 'zone-a');
  expect([...leaf.wanted].filter((subject) => !OWN.test(subject))).toEqual([]);
  const targets = [...subjects, 'cp.ev.default.MeshTimeout.evil', 'cp.own.-.GlobalSecret.evil', 'cp.key.zone-b.evil'];
  for (const target of targets) {
    leaf.haveHubPublish('zone-a', target);
    leaf.publish('cp.hello.zone-a', '{}', target);
    leaf.publish('cp.hello.zone-a', '{}', `$JS.ACK.a.b.c.d.e.f.g@${target}`);
    leaf.publish('$JS.ACK.EVENTS.ev-zone-b.1.500.500.0.0', '+ACK', target);
  }
  await allHeard(leaf, 'zone-a');
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
});

it('it is told no secret of global’s, not by an error either', async () => {
  const { hub } = world;
  const leaf = await takenOver(world, 'zone-c');
  const gate = hub.connection.jsm.getOptions().apiPrefix ?? '';
  const secrets = [hub.connection.ingest, gate].map((subject) => subject.split('.').at(-1) ?? '');
  const told = [...leaf.wanted, ...leaf.came];
  // Asked straight, the link is closed with the first.
  for (const prefix of ['$JS.API', '$JS.global.API', 'cp.api.guessed', 'in.guessed']) {
    const another = await HostileLeaf.connect(hub, 'zone-c');
    onTestFinished(() => another.close());
    another.publish(`${prefix}.STREAM.DELETE.KEYS`);
    await eventually(() => expect(another.came.join('\n')).toMatch(/-ERR .*Permissions Violation for Publish to/));
    told.push(...another.wanted, ...another.came);
  }
  for (const secret of secrets) {
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect(told.join('\n')).not.toContain(secret);
  }
});

it('another zone reads on without a loss while it has the hub ask that its consumers begin anew', async () => {
  const { hub } = world;
  const { jsm } = hub.connection;
  const b = world.replicaOf('zone-b');
  const leaf = await takenOver(world, 'zone-c');
  const resets = [
    '$JS.API.CONSUMER.RESET.EVENTS.ev-zone-b',
    '$JS.API.CONSUMER.RESET.KEYS.keys-zone-b',
    '$JS.API.CONSUMER.RESET.ZONES.peers-zone-b',
    '$JS.zone-b.API.CONSUMER.RESET.ZONE.up-zone-b',
  ];
  let head = 0;
  for (let round = 0; round < 20; round++) {
    for (const reset of resets) leaf.haveHubPublish('zone-c', reset);
    head = hub.log.append(resource('MeshTimeout', `round-${round}`, {}, 'default'));
    await b.log.put(resource('ZoneIngress', `round-${round}`, { networking: { address: '10.0.0.9', port: 10_001 } }));
  }
  await eventually(() => expect(b.replica.position()).toBe(head));
  const rounds = Array.from({ length: 20 }, (_, round) => `round-${round}`);
  for (const name of rounds)
    expect(b.replica.view.get({ type: 'MeshTimeout', mesh: 'default', name })?.resource.name).toBe(name);
  await eventually(async () => {
    const { state } = await jsm.streams.info('ZONES', { subjects_filter: 'cp.zone.zone-b.up.-.ZoneIngress.>' });
    const subjects = rounds.map((name) => `cp.zone.zone-b.up.-.ZoneIngress.${name}`);
    expect(Object.keys(state.subjects ?? {})).toEqual(expect.arrayContaining(subjects));
  });
  expect(b.replica.quarantined).toEqual([]);
});

it('what was deleted at the hub all the same is there again by itself, and every zone has it', async () => {
  const { hub } = world;
  const { jsm } = hub.connection;
  const before = (await held()).sort();
  for (const stream of ['EVENTS', 'ZONES', 'KEYS']) await jsm.streams.delete(stream);
  const head = hub.log.append(resource('MeshTimeout', 'after-deletion', {}, 'default'));
  const b = world.replicaOf('zone-b');
  await b.log.put(resource('ZoneIngress', 'said-later', { networking: { address: '10.0.0.8', port: 10_001 } }));
  await eventually(async () => {
    const again = ['cp.ev.default.MeshTimeout.after-deletion', 'cp.zone.zone-b.up.-.ZoneIngress.said-later'];
    // A zone whose server is not there says what it said when it is back.
    const others = before.filter((subject) => !/^cp\.zone\.zone-[ac]/.test(subject));
    expect((await held()).sort()).toEqual(expect.arrayContaining([...others, ...again]));
    expect(b.replica.position()).toBe(head);
    const { last_seq, messages } = (await jsm.streams.info('EVENTS')).state;
    expect([last_seq, messages]).toEqual([head, new Set(hub.log.events.map(({ key }) => keyText(key))).size]);
  });
  const fresh = await world.join('zone-fresh');
  await eventually(() => expect(fresh.replica.position()).toBe(head));
  expect(fresh.replica.digest()).toBe(b.replica.digest());
});

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
  await provisionHub(connection, async () => 1);
  await js.publish(`${ingest}.cp.ev.default.MeshTimeout.next`, '{}');
  await expect(js.publish('cp.ev.default.MeshTimeout.kept', '')).rejects.toThrow();
  const { state } = await jsm.streams.info('EVENTS', { subjects_filter: '>' });
  expect(state.subjects).toEqual({ 'cp.ev.default.MeshTimeout.kept': 1, 'cp.ev.default.MeshTimeout.next': 1 });
});
