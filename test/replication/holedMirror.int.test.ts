import { expect, it } from 'vitest';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a']);

const expectThere = (message: unknown) => expect(message).toBeTruthy();
const has = (name: string) => world.zone.replica.view.get({ type: 'MeshTimeout', mesh: 'default', name }) !== undefined;

it('a mirror that passed over a message is made anew when a refill from it did not help', async () => {
  const { hub, zone } = world;
  hub.log.append(resource('MeshTimeout', 'a', {}, 'default'));
  const passedOver = hub.log.append(resource('MeshTimeout', 'b', {}, 'default'));
  hub.log.append(resource('MeshTimeout', 'c', {}, 'default'));
  await eventually(() => expect(zone.replica.position()).toBe(3));
  const digest = zone.replica.digest();
  await zone.connection.jsm.streams.deleteMessage('EVENTS', passedOver);
  zone.replica.refillFromMirror('the test says so');
  await eventually(() => expect(has('b')).toBe(false));
  expect(zone.replica.digest()).not.toBe(digest);
  // As global does, with every report, until the digest is equal.
  await eventually(() => {
    zone.replica.refillFromMirror('the digest differs');
    expect(has('b')).toBe(true);
  });
  expect(zone.replica.digest()).toBe(digest);
  expect(zone.replica.position()).toBe(3);
});

it('a mirror whose end is not there is made anew: the digest at our position is right, and nothing else comes', async () => {
  const { hub, leaf } = world;
  await world.zone.stop();
  const passedOver = hub.log.append(resource('MeshTimeout', 'd', {}, 'default'));
  const { url, ca, user } = leaf;
  const connection = await connectToLeaf({ url, ca, user, zone: 'zone-a' });
  await eventually(() => connection.jsm.streams.getMessage('EVENTS', { seq: passedOver }).then(expectThere));
  await connection.jsm.streams.deleteMessage('EVENTS', passedOver);
  await connection.nats.close();

  const { replica } = await world.restart('zone-a');
  expect(replica.position()).toBe(passedOver - 1);
  await eventually(() => expect(has('d')).toBe(true));
  expect(replica.position()).toBe(passedOver);
  expect(replica.refill()?.reason).toContain('passed over what came after 3, up to 4');
});
