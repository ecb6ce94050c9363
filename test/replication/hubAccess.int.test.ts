import { createConnection } from 'node:net';
import { jwtAuthenticator } from '@nats-io/transport-node';
import { encodeUser } from '@nats-io/jwt';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { describe, expect, it, vi } from 'vitest';
import { makeServerCa } from '../../runtime/certificate/serverCertificate.ts';
import { accountJwt } from '../../global/hubAccess/accountClaims.ts';
import { systemCredential, zoneCredential } from '../../global/hubAccess/credentials.ts';
import { type HubKeys, makeHubKeys, parseHubKeys } from '../../global/hubAccess/hubKeys.ts';
import { keepHubAccount } from '../../global/relay/keepHubAccount.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { tlsTo } from '../../nats/connect.ts';
import { eventually } from '../support/eventually.ts';
import { connectToHubAs, connectWithJwt, signedUser } from './hubClient.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

describe('access to the hub', () => {
  const world = hubWithZones(['zone-a']);
  const inAnHour = () => new Date(Date.now() + 3_600_000);

  it('is refused without a credential, with one of another account, and with one that is over', async () => {
    const { hub } = world;
    await expect(connectToHubAs(hub, {})).rejects.toThrow('Authorization Violation');
    await expect(connectToHubAs(hub, { user: 'global', pass: 'p' })).rejects.toThrow('Authorization Violation');
    const key = createUser();
    const foreign = parseHubKeys(await makeHubKeys(new Date()));
    const [userKey, over] = [key.getPublicKey(), new Date(Date.now() - 1_000)];
    const credentials = [
      await zoneCredential(foreign, { zone: 'zone-a', userKey, expiresAt: inAnHour() }),
      await zoneCredential(hub.keys, { zone: 'zone-a', userKey, expiresAt: over }),
      // good, but for a leaf node
      await zoneCredential(hub.keys, { zone: 'zone-a', userKey, expiresAt: inAnHour() }),
    ];
    for (const jwt of credentials)
      await expect(connectWithJwt(hub, jwt, key)).rejects.toThrow('Authorization Violation');
  });

  it('speaks TLS only, and is known by its certificate only', async () => {
    const { hub, leaf } = world;
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
    await expect(connectToHubAs(hub, { tls: tlsTo(hub.url, certificatePem) })).rejects.toThrow(
      /self.signed|unable to (get|verify)/,
    );
    const { jwt, key } = await signedUser(hub, 'global');
    const other = hub.url.replace('127.0.0.1', '127.0.0.2');
    const authenticator = jwtAuthenticator(jwt, key.getSeed());
    const elsewhere = { ca: hub.keys.ca.certificatePem, host: '127.0.0.2' };
    expect(tlsTo(other, hub.keys.ca.certificatePem)).toEqual(elsewhere);
    await expect(connectToHubAs(hub, { tls: elsewhere, authenticator })).rejects.toThrow(
      /127\.0\.0\.2 is not in the cert/,
    );
    await (await connectToHubAs(hub, { authenticator })).close();
  });

  it("is refused with another's credential without its key", async () => {
    const { hub } = world;
    const { jwt, key } = await signedUser(hub, 'global');
    await expect(connectWithJwt(hub, jwt, createUser())).rejects.toThrow('Authorization Violation');
    await (await connectWithJwt(hub, jwt, key)).close();
  });

  it('takes a new zone without a restart or a change of the hub', async () => {
    const { hub, zone } = world;
    const pid = hub.server.pid;
    const replica = await world.join('zone-new');
    const head = await hub.log.head();
    await eventually(() => expect(replica.replica.position()).toBe(head));
    expect(replica.replica.digest()).toBe(zone.replica.digest());
    expect(hub.server.pid).toBe(pid);
  });

  it('closes the link of a credential that is over, and takes the next one', async () => {
    const { hub } = world;
    const replica = await world.join('zone-brief', { lifetimeMs: 3_000 });
    const brief = world.leafOf('zone-brief');
    await eventually(() => expect(brief.server.output).toContain('User Authentication Expired'));
    await eventually(() => expect(brief.server.output).toContain('Authorization Violation'));
    await brief.renew();
    const head = hub.log.append(resource('MeshTimeout', 'renewed', {}, 'default'));
    await eventually(() => expect(replica.replica.position()).toBe(head));
  });

  it('closes the link of a revoked credential at once, and keeps it out when it starts again', async () => {
    const { hub, zone } = world;
    const replica = await world.join('zone-outcast');
    const outcast = world.leafOf('zone-outcast');
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
        accounts: async () => [
          {
            id: hub.keys.account.getPublicKey(),
            content: JSON.stringify(revoked),
            sign: (after) => accountJwt(hub.keys, revoked, after),
          },
        ],
        listen: () => () => {},
        givesWay: () => false,
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
  });

  it('takes credentials of two signing keys while zones change over, and of the first no more when it is dropped', async () => {
    const { hub } = world;
    const next = parseHubKeys(await makeHubKeys(new Date())).signing;
    const both = { ...hub.keys, signing: [...hub.keys.signing, ...next] };
    const replica = await world.join('zone-moving');
    const moving = world.leafOf('zone-moving');
    const credential = await systemCredential(hub.keys);
    const system = await connectToSystem({ url: hub.url, ca: hub.keys.ca.certificatePem, credential });
    const tell = async (keys: HubKeys) => {
      const known = await system.request(`$SYS.REQ.ACCOUNT.${keys.account.getPublicKey()}.CLAIMS.LOOKUP`);
      const reply = await system.request('$SYS.REQ.CLAIMS.UPDATE', await accountJwt(keys, {}, known.string()));
      expect(reply.json()).toMatchObject({ data: { code: 200 } });
    };
    const key = createUser();
    const ofNext = async () =>
      connectWithJwt(hub, await encodeUser('global', key, hub.keys.account, {}, { signer: next[0] as KeyPair }), key);
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
  });

  it('is there for a zone while global is away: the servers check the credential by themselves', async () => {
    const { hub, zone, leaf } = world;
    await zone.log.put(resource('ZoneIngress', 'before', { networking: { address: '10.0.0.8', port: 10_001 } }));
    const peer = await world.join('zone-c');
    await hub.globalAway();
    await leaf.server.kill();
    await leaf.server.restart();
    const away = resource('ZoneIngress', 'while-away', { networking: { address: '10.0.0.9', port: 10_001 } });
    await eventually(async () => void (await zone.log.put(away)));
    // With global away nobody but the hub's server looks for the zone's again: it waits 30 s for an answer that was lost when the
    // link broke, then 10 s, after the next one 20 s, and so on to 2 min (nats-server: srcConsumerWaitTime, calculateRetryBackoff).
    await eventually(() => expect(peer.replica.view.get(away, 'zone-a')).toBeDefined(), 300_000);
  }, 400_000);
});
