import { createConnection } from 'node:net';
import { connect, type ConnectionOptions, jwtAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node';
import { encodeUser } from '@nats-io/jwt';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeServerCa } from '../../global/certificate/serverCertificate.ts';
import { accountJwt } from '../../global/hubAccess/accountClaims.ts';
import { systemCredential, zoneClaims, zoneCredential } from '../../global/hubAccess/credentials.ts';
import { type HubKeys, makeHubKeys, parseHubKeys } from '../../global/hubAccess/hubKeys.ts';
import { keepHubAccount } from '../../global/relay/keepHubAccount.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { tlsTo } from '../../nats/connect.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { type Hub, type Leaf, resource, startHub, startLeaf, startReplica, type ZoneReplica } from './wiring.ts';

const eventually = (assertion: () => void | Promise<void>, timeout = 20_000) =>
  vi.waitFor(assertion, { timeout, interval: 25 });

describe('access to the hub', () => {
  let folder: TempDir;
  let hub: Hub;
  let leaf: Leaf;
  let zone: ZoneReplica;
  const later: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    folder = await tempDir('hub-access');
    hub = await startHub(folder.path);
    leaf = await startLeaf('zone-a', hub, folder.path);
    zone = await startReplica('zone-a', leaf, folder.path);
  }, 60_000);

  afterAll(async () => {
    await Promise.allSettled(later.map((stop) => stop()));
    await zone?.stop();
    await hub?.stop();
    await leaf?.stop();
    await folder?.remove();
  });

  /** A client of the hub itself. */
  const toHub = (options: ConnectionOptions) =>
    connect({
      servers: hub.url,
      tls: tlsTo(hub.url, hub.keys.ca.certificatePem),
      reconnect: false,
      timeout: 5_000,
      ...options,
    });
  const withJwt = (jwt: string, key: KeyPair) => toHub({ authenticator: jwtAuthenticator(jwt, key.getSeed()) });
  const inAnHour = () => new Date(Date.now() + 3_600_000);

  /** A client with the permissions of zone-a, as one that broke into its nats-server would have, that the hub answers to. */
  async function intruder() {
    const key = createUser();
    const signer = hub.keys.signing.at(-1);
    if (!signer) throw new Error('there is no signing key');
    const nats = await withJwt(
      await encodeUser('zone-a', key, hub.keys.account, zoneClaims('zone-a'), { signer }),
      key,
    );
    const refused: string[] = [];
    (async () => {
      for await (const status of nats.status()) if (status.type === 'error') refused.push(status.error.message);
    })().catch(() => {});
    later.push(() => nats.close());
    return { nats, refused };
  }

  it('is refused without a credential, with one of another account, and with one that is over', async () => {
    await expect(toHub({})).rejects.toThrow('Authorization Violation');
    await expect(toHub({ user: 'global', pass: 'p' })).rejects.toThrow('Authorization Violation');
    const key = createUser();
    const foreign = parseHubKeys(await makeHubKeys(new Date()));
    const [userKey, over] = [key.getPublicKey(), new Date(Date.now() - 1_000)];
    const credentials = [
      await zoneCredential(foreign, { zone: 'zone-a', userKey, expiresAt: inAnHour() }),
      await zoneCredential(hub.keys, { zone: 'zone-a', userKey, expiresAt: over }),
      // good, but for a leaf node
      await zoneCredential(hub.keys, { zone: 'zone-a', userKey, expiresAt: inAnHour() }),
    ];
    for (const jwt of credentials) await expect(withJwt(jwt, key)).rejects.toThrow('Authorization Violation');
  });

  it('speaks TLS only, and is known by its certificate only', async () => {
    for (const port of [hub.server.port, Number(new URL(hub.leafUrl).port), leaf.server.port]) {
      const plain = createConnection(port, '127.0.0.1');
      const said = (async () => {
        let text = '';
        for await (const chunk of plain) text += String(chunk);
        return text;
      })();
      plain.write('CONNECT {"verbose":false}\r\nPING\r\n');
      expect(await said).toMatch(/INFO .*"tls_required":true/);
      expect(await said).not.toContain('PONG');
    }
    const { certificatePem } = await makeServerCa(new Date());
    await expect(toHub({ tls: tlsTo(hub.url, certificatePem) })).rejects.toThrow(/self.signed|unable to (get|verify)/);
    const key = createUser();
    const signer = hub.keys.signing.at(-1);
    if (!signer) throw new Error('there is no signing key');
    const jwt = await encodeUser('global', key, hub.keys.account, {}, { signer });
    const other = hub.url.replace('127.0.0.1', '127.0.0.2');
    const authenticator = jwtAuthenticator(jwt, key.getSeed());
    const elsewhere = { ca: hub.keys.ca.certificatePem, host: '127.0.0.2' };
    expect(tlsTo(other, hub.keys.ca.certificatePem)).toEqual(elsewhere);
    await expect(toHub({ tls: elsewhere, authenticator })).rejects.toThrow(/127\.0\.0\.2 is not in the cert/);
    await (await toHub({ authenticator })).close();
  });

  it("is refused with another's credential without its key", async () => {
    const [owner, thief] = [createUser(), createUser()];
    const signer = hub.keys.signing.at(-1);
    if (!signer) throw new Error('there is no signing key');
    const jwt = await encodeUser('global', owner, hub.keys.account, {}, { signer });
    await expect(withJwt(jwt, thief)).rejects.toThrow('Authorization Violation');
    await (await withJwt(jwt, owner)).close();
  });

  it('lets a zone neither write nor read what is not its own', async () => {
    const other = await startLeaf('zone-b', hub, folder.path);
    const peer = await startReplica('zone-b', other, folder.path);
    later.push(
      () => peer.stop(),
      () => other.stop(),
    );
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
      '$JSC.R.a.b',
      '$JS.global.API.STREAM.CREATE.EVIL',
      '$JS.API.STREAM.CREATE.EVIL',
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
      '$JS.zone-b.API.>',
      '$JS.*.API.CONSUMER.RESET.ZONE.*',
      '$JSC.>',
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
    const inside = await connect({
      servers: leaf.url,
      tls: tlsTo(leaf.url, leaf.ca),
      authenticator: nkeyAuthenticator(leaf.user.getSeed()),
      inboxPrefix: '_INBOX.zone-a',
    });
    later.push(() => inside.close());
    const before = await hub.log.head();
    inside.publish('cp.ev.default.MeshTimeout.evil', '{}');
    inside.publish('cp.key.zone-b.evil', '{}');
    await inside.flush();
    const seen: string[] = [];
    for (const subject of ['cp.own.>', 'cp.ev.>', 'cp.key.>', 'cp.zone.>', 'cp.hello.>'])
      inside.subscribe(subject, { callback: (_, message) => void seen.push(message.subject) });
    await inside.flush();
    // What is asked of the hub's JetStream by name of its domain has nobody to answer it here.
    for (const request of ['STREAM.MSG.GET.EVENTS', 'STREAM.DELETE.EVENTS', 'CONSUMER.CREATE.EVENTS'])
      await expect(inside.request(`$JS.global.API.${request}`, '{}', { timeout: 2_000 })).rejects.toThrow(
        /no responders/,
      );
    hub.log.append(resource('GlobalSecret', 'admin-user-token', { sealed: { keyId: 'k', iv: '', ciphertext: '' } }));
    const position = hub.log.append(resource('MeshTimeout', 'seen', {}, 'default'));
    await eventually(() => expect(zone.replica.position()).toBe(position));
    expect(position).toBe(before + 2);
    expect(seen).toEqual([]);
    expect((await hub.connection.jsm.streams.info('KEYS')).state.messages).toBe(0);
  });

  it('takes a new zone without a restart or a change of the hub', async () => {
    const pid = hub.server.pid;
    const newcomer = await startLeaf('zone-new', hub, folder.path);
    later.push(() => newcomer.stop());
    const replica = await startReplica('zone-new', newcomer, folder.path);
    later.unshift(() => replica.stop());
    const head = await hub.log.head();
    await eventually(() => expect(replica.replica.position()).toBe(head));
    expect(replica.replica.digest()).toBe(zone.replica.digest());
    expect(hub.server.pid).toBe(pid);
  });

  it('closes the link of a credential that is over, and takes the next one', async () => {
    const brief = await startLeaf('zone-brief', hub, folder.path, { lifetimeMs: 3_000 });
    later.push(() => brief.stop());
    const replica = await startReplica('zone-brief', brief, folder.path);
    later.unshift(() => replica.stop());
    await eventually(() => expect(brief.server.output).toContain('User Authentication Expired'));
    await eventually(() => expect(brief.server.output).toContain('Authorization Violation'));
    await brief.renew();
    const head = hub.log.append(resource('MeshTimeout', 'renewed', {}, 'default'));
    await eventually(() => expect(replica.replica.position()).toBe(head));
  }, 60_000);

  it('closes the link of a revoked credential at once, and keeps it out when it starts again', async () => {
    const outcast = await startLeaf('zone-outcast', hub, folder.path);
    later.push(() => outcast.stop());
    const replica = await startReplica('zone-outcast', outcast, folder.path);
    later.unshift(() => replica.stop());
    const credential = await systemCredential(hub.keys);
    const nats = await connectToSystem({ url: hub.url, ca: hub.keys.ca.certificatePem, credential });
    // The clock of global was ahead when the hub was last told.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 3_600_000 });
    const ahead = await accountJwt(hub.keys);
    vi.useRealTimers();
    expect((await nats.request('$SYS.REQ.CLAIMS.UPDATE', ahead)).json()).toMatchObject({ data: { code: 200 } });
    const [ended, errors] = [new AbortController(), [] as unknown[]];
    const revoked = { [outcast.credentialKey]: Math.ceil(Date.now() / 1000) };
    const keeping = keepHubAccount(
      {
        nats,
        account: async () => ({
          id: hub.keys.account.getPublicKey(),
          content: JSON.stringify(revoked),
          sign: (after) => accountJwt(hub.keys, revoked, after),
        }),
        listen: () => () => {},
        onError: (error) => errors.push(error),
      },
      ended.signal,
    );
    await eventually(() => expect(outcast.server.output).toContain('User Authentication Revoked'));
    ended.abort();
    await keeping;
    await nats.close();
    expect(errors).toEqual([]);

    await hub.server.restart();
    const refused = () => outcast.server.output.split('Authorization Violation').length;
    const before = refused();
    await eventually(() => expect(refused()).toBeGreaterThan(before + 1));
    const at = replica.replica.position();
    const head = hub.log.append(resource('MeshTimeout', 'without-the-outcast', {}, 'default'));
    await eventually(() => expect(zone.replica.position()).toBe(head));
    expect(replica.replica.position()).toBe(at);
  }, 60_000);

  it('takes credentials of two signing keys while zones change over, and of the first no more when it is dropped', async () => {
    const next = parseHubKeys(await makeHubKeys(new Date())).signing;
    const both = { ...hub.keys, signing: [...hub.keys.signing, ...next] };
    const moving = await startLeaf('zone-moving', hub, folder.path);
    later.push(() => moving.stop());
    const replica = await startReplica('zone-moving', moving, folder.path);
    later.unshift(() => replica.stop());
    const credential = await systemCredential(hub.keys);
    const system = await connectToSystem({ url: hub.url, ca: hub.keys.ca.certificatePem, credential });
    const tell = async (keys: HubKeys) => {
      const known = await system.request(`$SYS.REQ.ACCOUNT.${keys.account.getPublicKey()}.CLAIMS.LOOKUP`);
      const reply = await system.request('$SYS.REQ.CLAIMS.UPDATE', await accountJwt(keys, {}, known.string()));
      expect(reply.json()).toMatchObject({ data: { code: 200 } });
    };
    const key = createUser();
    const ofNext = async () =>
      withJwt(await encodeUser('global', key, hub.keys.account, {}, { signer: next[0] as KeyPair }), key);
    await expect(ofNext()).rejects.toThrow('Authorization Violation');
    await tell(both);
    await (await ofNext()).close();
    await moving.server.restart();
    await eventually(async () => {
      const position = await hub.log.head();
      expect(replica.replica.position()).toBe(position);
    });
    expect(moving.server.output).not.toContain('Authorization Violation');

    await tell({ ...both, signing: next });
    await eventually(() => expect(moving.server.output).toContain('Authorization Violation'));
    await moving.renew(3_600_000, { ...both, signing: next });
    const position = hub.log.append(resource('MeshTimeout', 'moved', {}, 'default'));
    await eventually(() => expect(replica.replica.position()).toBe(position));
    await tell(hub.keys);
    await system.close();
  }, 60_000);

  it('is there for a zone while global is away: the servers check the credential by themselves', async () => {
    await zone.log.put(resource('ZoneIngress', 'before', { networking: { address: '10.0.0.8', port: 10_001 } }));
    const other = await startLeaf('zone-c', hub, folder.path);
    later.push(() => other.stop());
    const peer = await startReplica('zone-c', other, folder.path);
    later.unshift(() => peer.stop());
    await hub.globalAway();
    await leaf.server.kill();
    await leaf.server.restart();
    const away = resource('ZoneIngress', 'while-away', { networking: { address: '10.0.0.9', port: 10_001 } });
    await eventually(async () => void (await zone.log.put(away)));
    await eventually(() => expect(peer.replica.view.get(away, 'zone-a')).toBeDefined());
  }, 60_000);
});

function escaped(subject: string): string {
  return subject.replace(/[.*$>]/g, '\\$&');
}
