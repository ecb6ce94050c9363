import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import {
  type Hub,
  type Leaf,
  resource,
  sealedSecret,
  startHub,
  startLeaf,
  startReplica,
  type ZoneReplica,
} from './wiring.ts';

const KEY_ID = '22222222-2222-4222-8222-222222222222';
let folders: TempDir[];
let old: Hub;
let house: Hub;
let leaf: Leaf;
let zone: ZoneReplica;
let witness: { readonly leaf: Leaf; readonly zone: ZoneReplica };

beforeAll(async () => {
  folders = await Promise.all(['old', 'house', 'zone'].map((name) => tempDir(name)));
  [old, house] = await Promise.all([startHub(folder(0)), startHub(folder(1))]);
  leaf = await startLeaf('zone-a', old, folder(2));
  zone = await startReplica('zone-a', leaf, folder(2));
});

afterAll(async () => {
  await Promise.allSettled([zone?.stop(), witness?.zone.stop()]);
  await Promise.allSettled([old?.stop(), house?.stop()]);
  await Promise.allSettled([leaf?.stop(), witness?.leaf.stop()]);
  await Promise.all(folders?.map((one) => one.remove()) ?? []);
});

const folder = (index: number) => folders[index]?.path ?? '';
const timeout = (name: string, spec: object = {}) => resource('MeshTimeout', name, spec, 'default');
const held = (name: string) => zone.replica.view.get({ type: 'MeshTimeout', mesh: 'default', name })?.resource.spec;

async function startWitness(): Promise<void> {
  const witnessLeaf = await startLeaf('zone-b', house, folder(2));
  witness = { leaf: witnessLeaf, zone: await startReplica('zone-b', witnessLeaf, folder(2)) };
}

it('a zone that comes to a global with another, shorter log takes that one over in one step', async () => {
  old.log.append(timeout('kept', { of: 'old' }));
  for (let i = 0; i < 20; i++) old.log.append(timeout('changed', { i }));
  const last = old.log.append(timeout('stale'));
  await eventually(() => expect([zone.replica.ready(), zone.replica.position()]).toEqual([true, last]));
  await zone.stop();
  await leaf.stop();

  house.log.append(timeout('kept', { of: 'house' }), timeout('changed', { i: 1 }));
  house.log.append(timeout('made'));
  const head = house.log.append(sealedSecret(house, 's', KEY_ID, 'hidden'));
  leaf = await startLeaf('zone-a', house, folder(2));
  zone = await startReplica('zone-a', leaf, folder(2));
  expect(held('kept')).toEqual({ of: 'old' });
  const seen: string[][] = [];
  zone.replica.onApplied(({ changes }) => seen.push(changes.map(({ key }) => key.name).sort()));

  await startWitness();
  await eventually(() => {
    expect(zone.replica.logId()).toBe(house.log.logId);
    expect([zone, witness.zone].map(({ replica }) => replica.position())).toEqual([head, head]);
    expect(zone.replica.digest()).toBe(witness.zone.replica.digest());
    expect(zone.replica.waitingForKeys()).toBe(0);
  });
  expect(seen.filter((names) => names.length > 0)[0]).toEqual(
    expect.arrayContaining(['changed', 'kept', 'made', 'stale']),
  );
  expect(held('kept')).toEqual({ of: 'house' });
  expect(held('changed')).toEqual({ i: 1 });
  expect(held('stale')).toBeUndefined();
});

it('and follows it from then on, also after it was started again', async () => {
  house.log.append(timeout('later'));
  await eventually(() => expect(held('later')).toEqual({}));
  await zone.stop();
  const head = house.log.append(timeout('kept', { of: 'later' }));
  zone = await startReplica('zone-a', leaf, folder(2));
  await eventually(() => expect(zone.replica.position()).toBe(head));
  expect(held('stale')).toBeUndefined();
  expect(zone.replica.refill()).toBeUndefined();
  await eventually(() => expect(zone.replica.digest()).toBe(witness.zone.replica.digest()));
});
