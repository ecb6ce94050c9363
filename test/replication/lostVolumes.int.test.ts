import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { dataplane, type Hub, resource, sealedSecret, type ZoneReplica } from './wiring.ts';

const ZONES = ['zone-a', 'zone-b'];
/** Long enough for the zones' servers to give up asking once more and to listen for a sign of life: another way back. */
const AWAY_MS = 12_000;

const secretIn = ({ replica }: ZoneReplica, name: string) => {
  const spec = replica.view.get({ type: 'Secret', mesh: 'default', name })?.resource.spec as
    | { data?: string }
    | undefined;
  return spec?.data === undefined ? undefined : Buffer.from(spec.data, 'base64').toString();
};

/** What a stream holds, as its own server says. */
async function streamOf({ connection: { jsm } }: Pick<ZoneReplica | Hub, 'connection'>, name: string) {
  const { messages, last_seq } = (await jsm.streams.info(name)).state;
  return { messages, last_seq };
}

describe('a nats-server that lost its files', () => {
  const world = hubWithZones(ZONES);

  const replicas = () => ZONES.map((zone) => world.replicaOf(zone));
  const positions = () => replicas().map(({ replica }) => replica.position());
  const inSync = async () => {
    const head = await world.hub.log.head();
    await eventually(() => expect(positions()).toEqual(ZONES.map(() => head)));
    expect(new Set(replicas().map(({ replica }) => replica.digest())).size).toBe(1);
  };

  it('the hub: refilled from the log, and every mirror follows on', async () => {
    for (let i = 0; i < 5_000; i++) world.hub.log.append(resource('MeshTimeout', `t${i % 3_000}`, { i }, 'default'));
    await inSync();
    await world.hub.server.kill();
    await rm(world.hub.store, { recursive: true });
    for (let i = 0; i < 300; i++) world.hub.log.append(resource('MeshTimeout', `away${i}`, { i }, 'default'));
    await sleep(AWAY_MS);
    await world.hub.server.restart();
    await inSync();
    world.hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await inSync();
    const { state } = await world.hub.connection.jsm.streams.info('EVENTS');
    expect(state.last_seq).toBe(await world.hub.log.head());
  });

  it('the hub: what the zones say of themselves and the keys of secrets are there again', async () => {
    const [a, b] = replicas() as [ZoneReplica, ZoneReplica];
    const ingress = resource('ZoneIngress', 'ing', { zone: 'zone-a', networking: { address: '10.0.0.1', port: 1 } });
    await a.log.put(ingress);
    await a.log.put(dataplane('dp', '10.0.0.1'));
    await eventually(() => expect(b.replica.view.get(ingress, 'zone-a')).toBeDefined());
    // Keys that are gone again leave numbers behind that the new stream will not have.
    for (const name of ['s1', 's2', 's3']) world.hub.log.append(sealedSecret(world.hub, name, `key-of-${name}`, name));
    await eventually(() => expect(secretIn(b, 's3')).toBe('s3'));
    for (const name of ['s1', 's2', 's3']) world.hub.dataKeys.delete(`key-of-${name}`);
    world.hub.log.append(sealedSecret(world.hub, 's4', 'key-of-s4', 's4'));
    await eventually(() => expect(secretIn(b, 's4')).toBe('s4'));
    await world.hub.server.kill();
    await rm(world.hub.store, { recursive: true });
    await world.hub.server.restart();
    await eventually(async () => {
      const { state } = await world.hub.connection.jsm.streams.info('ZONES', { subjects_filter: '>' });
      expect(Object.keys(state.subjects ?? {}).sort()).toEqual([
        'cp.zone.zone-a.up.-.ZoneIngress.ing',
        'cp.zone.zone-a.up.default.Dataplane.dp',
      ]);
    });
    world.hub.log.append(sealedSecret(world.hub, 's5', 'key-of-s5', 's5'));
    await eventually(() => expect([secretIn(a, 's5'), secretIn(b, 's5')]).toEqual(['s5', 's5']));
    await a.log.delete(ingress);
    await eventually(() => expect(b.replica.view.get(ingress, 'zone-a')).toBeUndefined());
  });

  it("a zone's: its log is written anew from what the zone knows, the copies of all others are filled again", async () => {
    const [a, b] = replicas() as [ZoneReplica, ZoneReplica];
    const { leaf } = world;
    const ingress = resource('ZoneIngress', 'far', { zone: 'zone-b', networking: { address: '10.0.0.1', port: 1 } });
    await b.log.put(ingress);
    await eventually(() => expect(a.replica.view.get(ingress, 'zone-b')).toBeDefined());
    const onHub = async () => {
      const last = { last_by_subj: 'cp.zone.zone-a.up.default.Dataplane.dp' };
      return (await world.hub.connection.jsm.streams.getMessage('ZONES', last))?.json() as
        | { spec: unknown }
        | undefined;
    };
    // Far more than is said afterwards: the hub must not count on from there.
    for (let n = 0; n < 300; n++) await a.log.put(dataplane('dp', `10.1.0.${n % 256}`));
    const before = dataplane('dp', '10.0.0.1');
    await a.replica.applied(await a.log.put(before));
    await eventually(async () => expect((await onHub())?.spec).toEqual(before.spec));
    const seen: string[] = [];
    const stop = a.replica.onApplied(({ changes }) => seen.push(...changes.map(({ key }) => key.name)));
    await leaf.server.kill();
    await rm(leaf.store, { recursive: true });
    world.hub.log.append(resource('MeshTimeout', 'meanwhile', {}, 'default'));
    await leaf.server.restart();
    await inSync();
    await eventually(async () => expect((await streamOf(a, 'ZONE')).messages).toBe(1));
    await eventually(async () =>
      expect(await streamOf(a, 'EVENTS')).toMatchObject(await streamOf(world.hub, 'EVENTS')),
    );
    // The ingress, and what is left of the one that was deleted.
    await eventually(async () => expect((await streamOf(a, 'PEERS')).messages).toBe(2));
    stop();
    // The view was what the log is made of again: no proxy notices.
    expect(seen).toEqual(['meanwhile']);
    const changed = dataplane('dp', '10.0.0.2');
    await a.log.put(changed);
    await eventually(() => expect(a.replica.view.get(changed, 'zone-a')?.resource.spec).toEqual(changed.spec));
    await eventually(async () => expect((await onHub())?.spec).toEqual(changed.spec));
  });
});
