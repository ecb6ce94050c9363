import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { zoneClaims } from '../../global/hubAccess/credentials.ts';
import { tlsTo } from '../../nats/connect.ts';
import { eventually } from '../support/eventually.ts';
import { connectWithJwt, signedUser } from './hubClient.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

describe('the subjects of two zones', () => {
  const world = hubWithZones(['zone-a']);

  /** A client with the permissions of zone-a, as one that broke into its nats-server would have, that the hub answers to. */
  async function intruder() {
    const { hub } = world;
    const { jwt, key } = await signedUser(hub, 'zone-a', zoneClaims('zone-a'));
    const nats = await connectWithJwt(hub, jwt, key);
    const refused: string[] = [];
    (async () => {
      for await (const status of nats.status()) if (status.type === 'error') refused.push(status.error.message);
    })().catch(() => {});
    onTestFinished(() => nats.close());
    return { nats, refused };
  }

  it('lets a zone neither write nor read what is not its own', async () => {
    const { hub } = world;
    const peer = await world.join('zone-b');
    await peer.log.put(resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } }));
    const consumers = async () =>
      (await Promise.all(['EVENTS', 'KEYS', 'ZONES'].map((name) => hub.connection.jsm.consumers.list(name).next())))
        .flat()
        .map(({ name }) => name)
        .sort();
    const before = await consumers();
    const { nats, refused } = await intruder();
    const forbidden = [
      'cp.ev.default.MeshTimeout.evil',
      'cp.own.-.GlobalSecret.evil',
      'cp.key.zone-a.evil',
      'cp.zone.zone-b.up.-.ZoneIngress.evil',
      'cp.hello.zone-b',
      'cp.repl.up-zone-b',
      'cp.repl.ev-zone-b',
      'cp.answer.zone-b.x',
      'cp.ask.zone-b.zone-b-1',
      'cp.notice.zone-b.zone-b-1',
      'up.-.ZoneIngress.evil',
      '_INBOX.zone-b.x',
      '$JS.FC.EVENTS.ev-zone-b.abcd',
      '$JS.FC.KEYS.keys-zone-b.abcd',
      '$JS.FC.ZONE.up-zone-b.abcd',
      '$JS.FC.global.HASH.EVENTS.ev-zone-b.abcd',
      '$JS.ACK.EVENTS.ev-zone-b.1.1.1.1.0',
      '$JSC.R.a',
      '$JSC.R.a.b',
      '$JSC.R.zone-b.hash.ZONE.up-zone-b.abcd',
      '$JSC.R.global.hash.EVENTS.ev-zone-b.abcd',
      '$JS.global.API.STREAM.CREATE.EVIL',
      '$JS.API.STREAM.CREATE.EVIL',
      'cp.api.guessed.STREAM.DELETE.ZONES',
      '$JS.global.API.STREAM.DELETE.ZONES',
      '$JS.global.API.STREAM.PURGE.EVENTS',
      '$JS.global.API.STREAM.UPDATE.ZONES',
      '$JS.global.API.STREAM.MSG.GET.EVENTS',
      '$JS.global.API.DIRECT.GET.EVENTS',
      '$JS.global.API.DIRECT.GET.KEYS',
      '$JS.global.API.CONSUMER.CREATE.EVENTS',
      '$JS.global.API.STREAM.INFO.KEYS',
      '$JS.global.API.STREAM.PURGE.KEYS',
      '$JS.global.API.CONSUMER.INFO.EVENTS.ev-zone-b',
      '$JS.global.API.CONSUMER.DELETE.EVENTS.ev-zone-a',
      '$JS.global.API.CONSUMER.DELETE.EVENTS.ev-zone-b',
      '$JS.global.API.CONSUMER.DELETE.KEYS.keys-zone-b',
      '$JS.global.API.CONSUMER.RESET.EVENTS.ev-zone-b',
      '$JS.global.API.CONSUMER.MSG.NEXT.EVENTS.ev-zone-b',
      '$JS.zone-b.API.STREAM.DELETE.ZONE',
      '$JS.zone-b.API.STREAM.PURGE.ZONE',
      '$JS.zone-b.API.STREAM.MSG.GET.ZONE',
      '$JS.zone-b.API.CONSUMER.RESET.ZONE.up-zone-b',
      '$SYS.REQ.CLAIMS.UPDATE',
    ];
    for (const subject of forbidden) nats.publish(subject, '{}');
    await nats.flush();
    const unreadable = [
      'cp.own.>',
      'cp.ev.>',
      'cp.key.>',
      'cp.key.zone-b.>',
      'cp.zone.>',
      'cp.hello.*',
      'cp.repl.ev-zone-b',
      'cp.repl.keys-zone-b',
      '_INBOX.zone-b.>',
      '_INBOX.>',
      'cp.ask.zone-b.*',
      'cp.ask.>',
      'cp.notice.zone-b.*',
      'cp.answer.zone-b.>',
      'cp.repl.*',
      '$JS.FC.>',
      '$JS.FC.ZONE.up-zone-b.*',
      '$JS.ACK.>',
      '$JS.API.>',
      'cp.api.>',
      '$JS.zone-b.API.>',
      '$JS.*.API.CONSUMER.RESET.ZONE.*',
      '$JSC.>',
      '$JSC.R.*',
      '$JSC.R.>',
      '$JSC.R.global.*.EVENTS.ev-zone-b.*',
      '$JSC.R.global.*.KEYS.keys-zone-b.*',
      '$SYS.>',
      '>',
    ];
    const reads = unreadable.map(async (subject) => {
      for await (const _ of nats.subscribe(subject)) return 'read';
      return 'ended';
    });
    await expect(Promise.all(reads.map((read) => read.catch((error: Error) => error.message)))).resolves.toEqual(
      unreadable.map((subject) => expect.stringMatching(new RegExp(`Subscription to "${escaped(subject)}"`))),
    );
    await eventually(() => {
      // The hub tells its own domain's subjects without the domain.
      const told = forbidden.map((subject) => `Publish to "${subject.replace('$JS.global.', '$JS.')}"`);
      for (const one of told) expect(refused.join('\n')).toContain(one);
    });
    const streams = await hub.connection.jsm.streams.names().next();
    expect(streams.sort()).toEqual(['EVENTS', 'KEYS', 'ZONES']);
    expect(before).toEqual(expect.arrayContaining(['ev-zone-a', 'ev-zone-b', 'keys-zone-b', 'peers-zone-b']));
    expect(await consumers()).toEqual(before);
    const position = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await eventually(() => expect(peer.replica.position()).toBe(position));
    expect((await peer.connection.jsm.streams.info('ZONE')).state.messages).toBe(1);
  });

  it('lets a zone write nothing through those that answer it', async () => {
    const { hub, zone } = world;
    const { nats } = await intruder();
    const head = await hub.log.head();
    const targets = [
      'cp.ev.default.MeshTimeout.evil',
      'cp.own.-.GlobalSecret.evil',
      'cp.key.zone-b.evil',
      'cp.hello.x',
    ];
    for (const reply of targets) {
      nats.publish('cp.hello.zone-a', '{}', { reply });
      nats.publish('$JS.global.API.CONSUMER.RESET.KEYS.keys-zone-a', '{}', { reply });
    }
    await nats.flush();
    const told = () => hub.errors.filter(({ message }) => /is no inbox of that zone/.test(message)).length;
    await eventually(() => expect(told()).toBe(targets.length));
    const { jsm } = hub.connection;
    const written = async (name: string) =>
      Object.keys((await jsm.streams.info(name, { subjects_filter: '>' })).state.subjects ?? {});
    const all = [...(await written('EVENTS')), ...(await written('KEYS'))];
    expect(all.filter((subject) => subject.endsWith('evil'))).toEqual([]);
    const position = hub.log.append(resource('MeshTimeout', 'next', {}, 'default'));
    expect(position).toBe(head + 1);
    await eventually(() => expect(zone.replica.position()).toBe(position));
  });

  it('keeps the same from whoever is at the zone’s own nats-server', async () => {
    const { hub, zone, leaf } = world;
    const inside = await connect({
      servers: leaf.url,
      tls: tlsTo(leaf.url, leaf.ca),
      authenticator: nkeyAuthenticator(leaf.user.getSeed()),
      inboxPrefix: '_INBOX.zone-a',
    });
    onTestFinished(() => inside.close());
    const before = await hub.log.head();
    inside.publish('cp.ev.default.MeshTimeout.evil', '{}');
    inside.publish('cp.key.zone-b.evil', '{}');
    inside.publish('cp.zone.zone-b.up.-.ZoneIngress.evil', '{}');
    await inside.flush();
    await expect(inside.request('cp.hello.zone-b', '{}', { timeout: 20_000 })).rejects.toThrow(/no responders/);
    const seen: string[] = [];
    for (const subject of ['cp.own.>', 'cp.ev.>', 'cp.key.>', 'cp.zone.>', 'cp.hello.>'])
      inside.subscribe(subject, { callback: (_, message) => void seen.push(message.subject) });
    await inside.flush();
    // What is asked of the hub's JetStream by name of its domain has nobody to answer it here.
    for (const request of ['STREAM.MSG.GET.EVENTS', 'STREAM.DELETE.EVENTS', 'CONSUMER.CREATE.EVENTS'])
      await expect(inside.request(`$JS.global.API.${request}`, '{}', { timeout: 20_000 })).rejects.toThrow(
        /no responders/,
      );
    hub.log.append(resource('GlobalSecret', 'admin-user-token', { sealed: { keyId: 'k', iv: '', ciphertext: '' } }));
    const position = hub.log.append(resource('MeshTimeout', 'seen', {}, 'default'));
    await eventually(() => expect(zone.replica.position()).toBe(position));
    expect(position).toBe(before + 2);
    expect(seen).toEqual([]);
    expect((await hub.connection.jsm.streams.info('KEYS')).state.messages).toBe(0);
    const { subjects = {} } = (await hub.connection.jsm.streams.info('ZONES', { subjects_filter: '>' })).state;
    expect(Object.keys(subjects).filter((subject) => subject.endsWith('evil'))).toEqual([]);
  });
});

function escaped(subject: string): string {
  return subject.replace(/[.*$>]/g, '\\$&');
}
