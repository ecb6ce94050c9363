import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { provisionZoneLog } from '../../zone/replica/provision.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { type Hub, resource, type ZoneReplica } from './wiring.ts';

const ZONE = 'zone-a';
const TEXT = Buffer.from('only the valley knows').toString('base64');
const own = resource('Secret', 'own', { data: TEXT }, 'default');
const ingress = (port: number) =>
  resource('ZoneIngress', 'ing', { zone: ZONE, networking: { address: '10.0.0.1', port } });

describe('what stays in a zone', () => {
  const world = hubWithZones([ZONE]);

  const secret = () => world.zone.replica.view.get(own, ZONE)?.resource.spec;
  /** What the hub and the zone's own server hold of the zone, as text. */
  const held = async ({ connection: { jsm } }: Pick<ZoneReplica | Hub, 'connection'>, stream: string) => {
    const { subjects = {} } = (await jsm.streams.info(stream, { subjects_filter: '>' })).state;
    const messages = await Promise.all(
      Object.keys(subjects).map((subject) => jsm.streams.getMessage(stream, { last_by_subj: subject })),
    );
    return messages.map((message) => `${message?.subject} ${message?.string()}`).join('\n');
  };
  /** Global has everything that the zone said so far. */
  const heardByGlobal = async (port: number, timeout?: number) => {
    await world.zone.log.put(ingress(port));
    await eventually(async () => expect(await held(world.hub, 'ZONES')).toContain(`"port":${port}`), timeout);
  };

  it('a Secret is in the view, sealed in the stream, and not on the hub', async () => {
    const { hub, zone } = world;
    await zone.replica.applied(await zone.log.put(own));
    expect(secret()).toEqual({ data: TEXT });
    await heardByGlobal(1);
    expect(await held(hub, 'ZONES')).not.toContain('own');
    const stream = await held(zone, 'ZONE');
    expect(stream).toContain('kept.default.Secret.own');
    expect(stream).not.toContain(TEXT);
  });

  it('also where an older version made the durable that the hub reads', async () => {
    const { hub, zone } = world;
    const { jsm, nats } = zone.connection;
    const { filter_subject: _, ...unfiltered } = (await jsm.consumers.info('ZONE', `up-${ZONE}`)).config;
    const older = { stream_name: 'ZONE', config: unfiltered, action: 'update' };
    await nats.request(`$JS.API.CONSUMER.CREATE.ZONE.up-${ZONE}`, JSON.stringify(older));
    expect((await jsm.consumers.info('ZONE', `up-${ZONE}`)).config.filter_subject).toBeUndefined();
    await provisionZoneLog(zone.connection, ZONE);
    expect((await jsm.consumers.info('ZONE', `up-${ZONE}`)).config.filter_subject).toBe('up.>');
    await zone.replica.applied(await zone.log.put(resource('Secret', 'own', { data: 'bmV3' }, 'default')));
    await heardByGlobal(2);
    expect(await held(hub, 'ZONES')).not.toContain('own');
  });

  it('it is written anew, sealed, when the server of the zone lost its files', async () => {
    const { hub, zone, leaf } = world;
    await leaf.server.kill();
    await rm(leaf.store, { recursive: true });
    await leaf.server.restart();
    await eventually(async () => expect(await held(zone, 'ZONE')).toContain('kept.default.Secret.own'));
    expect(await held(zone, 'ZONE')).not.toContain('bmV3');
    expect(secret()).toEqual({ data: 'bmV3' });
    // As the zone's control planes do, it says so again and again: the hub passes over as many messages as it had before.
    let port = 3;
    await eventually(() => heardByGlobal(port++, 500));
    expect(await held(hub, 'ZONES')).not.toContain('own');
    expect(zone.errors.filter(({ message }) => /set aside/.test(message))).toEqual([]);
  });
});
