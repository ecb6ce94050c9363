import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookUp } from '../../nats/lookUp.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import { type Hub, type Leaf, resource, startHub, startLeaf, startReplica, type ZoneReplica } from './wiring.ts';

let folder: TempDir;
let hub: Hub;
let leaf: Leaf;
let zone: ZoneReplica;

beforeEach(async () => {
  folder = await tempDir('deaf');
  hub = await startHub(folder.path);
  leaf = await startLeaf('zone-a', hub, folder.path);
  zone = await startReplica('zone-a', leaf, folder.path);
});

afterEach(async () => {
  await zone?.stop();
  await hub?.stop();
  await leaf?.stop();
  await folder?.remove();
});

const policy = (name: string) => resource('MeshTimeout', name, {}, 'default');
const follows = (position: number) => eventually(() => expect(zone.replica.position()).toBe(position));
const created = async () => (await zone.connection.jsm.streams.info('EVENTS')).created;

/** What the zone's mirror reads by delivers where nobody listens. @returns what puts it right */
async function deliverElsewhere(): Promise<() => Promise<void>> {
  const { consumers } = hub.connection.jsm;
  const { config } = await consumers.info('EVENTS', 'ev-zone-a');
  const make = async (over: object) => {
    await consumers.delete('EVENTS', 'ev-zone-a');
    await consumers.add('EVENTS', { ...config, ...over });
  };
  await make({ deliver_subject: 'cp.elsewhere' });
  return () => make({});
}

it('a zone that hears nothing of the hub any more greets global again, which makes what it reads by', async () => {
  await follows(hub.log.append(policy('a')));
  hub.deleteZone('zone-a');
  const { consumers } = hub.connection.jsm;
  await eventually(async () => expect(await lookUp(() => consumers.info('EVENTS', 'ev-zone-a'))).toBeUndefined());
  await follows(hub.log.append(policy('b')));
  expect(hub.errors).toEqual([]);
});

it('a mirror that still hears nothing then is made anew', async () => {
  await follows(hub.log.append(policy('a')));
  const before = await created();
  // It delivers where nobody listens: so it is to a server that waits, up to two minutes, until it asks for its consumer again.
  const back = await deliverElsewhere();
  await eventually(async () => expect(await created()).not.toBe(before));
  await back();
  await follows(hub.log.append(policy('b')));
  expect(zone.errors).toEqual([]);
}, 300_000);
