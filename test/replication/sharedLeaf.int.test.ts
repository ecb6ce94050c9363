import { expect, it } from 'vitest';
import { follow } from '../../zone/replica/follow.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a']);
const HALF = 50;

it('what one control plane of a zone is sent does not come to another, which reads the history meanwhile', async () => {
  const { hub, zone } = world;
  const append = (count: number) => {
    for (let i = 0; i < count; i++) hub.log.append(resource('MeshTimeout', `t-${i}`, { count }, 'default'));
  };
  append(HALF);
  await eventually(() => expect(zone.replica.position()).toBe(HALF));
  const seen: number[] = [];
  const errors: string[] = [];
  const second = follow({
    leaf: zone.connection,
    stream: 'EVENTS',
    after: 0,
    onMessage: ({ seq }) => seen.push(seq),
    onCaughtUp: () => {},
    onRecreated: () => {},
    onError: ({ message }) => errors.push(message),
  });
  append(HALF + 1);
  const last = 2 * HALF + 1;
  await eventually(() => expect(seen.at(-1)).toBe(last));
  second.stop();
  // The mirror keeps the last message of each subject: those that were written again are gone.
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBe(seen.length);
  expect(errors).toEqual([]);
});
