import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createUser, fromSeed } from '@nats-io/nkeys';
import { expect, it, onTestFinished } from 'vitest';
import { makeNextLeafUser } from '../../zone/leaf/leafUser.ts';
import { keepLeafUsers, takeNext } from '../../zone/leaf/keepLeafUsers.ts';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import { reloadLeaf, tryLeaf } from '../../zone/leaf/leafSystem.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { dataplane, resource } from './wiring.ts';

const world = hubWithZones(['zone-a']);

const files = () => ['user.nk', 'system.nk'].map((name) => join(world.folder, 'zone-a-leaf', name));
const makeNext = () => files().forEach(makeNextLeafUser);
const server = () => ({ url: world.leaf.url, ca: { caFile: world.leaf.caFile } });
const users = () => [world.leaf.user, world.leaf.system].map((user) => fromSeed(user.getSeed()));

/** As the control plane that started it would be told. */
function keeping() {
  const { url, ca } = server();
  const told: unknown[] = [];
  return { told, deps: { url, leaf: { ...world.leaf, ca }, onDone: () => told.push('done') } };
}

/** The zone goes on where it was, with the same server, and those keys let nobody in. */
async function goesOnWithout(former: ReturnType<typeof users>): Promise<void> {
  const { hub, zone, leaf } = world;
  const head = hub.log.append(resource('MeshTimeout', `at-${hub.log.events.length}`, {}, 'default'));
  await eventually(() => expect(zone.replica.position()).toBe(head));
  const [user, system] = former;
  if (!user || !system) throw new Error('there are two');
  await expect(connectToLeaf({ ...server(), user, zone: 'zone-a' })).rejects.toThrow('does not know our key');
  await expect(tryLeaf({ ...server(), user: system })).rejects.toThrow('does not know our key');
  expect(users().map((one) => one.getPublicKey())).not.toEqual(former.map((one) => one.getPublicKey()));
  expect([...leaf.user.former(), ...leaf.system.former()]).toEqual([]);
  await eventually(async () => {
    const address = `10.0.0.${hub.log.events.length}`;
    await zone.log.put(dataplane('dp', address));
    expect(zone.replica.view.get(dataplane('dp', address), 'zone-a')?.resource.spec).toMatchObject({
      networking: { address },
    });
  });
}

it('the nats-server of a zone takes the next keys of its control planes while all of them run, and those before no more', async () => {
  const { pid } = world.leaf.server;
  const former = users();
  const { told, deps } = keeping();
  const stop = keepLeafUsers({ ...deps, onError: (error) => told.push(error) });
  onTestFinished(stop);
  makeNext();
  await eventually(() => expect(told).toContain('done'));
  await goesOnWithout(former);
  expect(new Set(told)).toEqual(new Set(['done']));
  expect(world.leaf.server.pid).toBe(pid);
});

it.each([
  { when: 'before the server is told', until: async () => {} },
  { when: 'when the configuration is written', until: async () => world.leaf.write() },
  {
    when: 'when the server takes the next ones',
    until: async () => {
      world.leaf.write();
      await reloadLeaf({ ...server(), system: world.leaf.system }).catch(() => {});
    },
  },
])('it goes on after it was broken off $when', async ({ until }) => {
  const former = users();
  makeNext();
  await until();
  const { told, deps } = keeping();
  await takeNext(deps);
  expect(told).toEqual(['done']);
  await goesOnWithout(former);
});

it('files that somebody replaced as a whole while the zone runs are taken as well', async () => {
  const former = users();
  for (const file of files()) writeFileSync(file, createUser().getSeed());
  const { told, deps } = keeping();
  await takeNext(deps);
  expect(told).toEqual(['done']);
  await goesOnWithout(former);
  await takeNext(deps);
  expect(told).toEqual(['done']);
});
