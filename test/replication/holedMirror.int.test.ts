import { expect, it, vi } from 'vitest';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a']);

const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 30_000, interval: 100 });
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
}, 60_000);
