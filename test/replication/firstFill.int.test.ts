import { afterAll, beforeAll, expect, it } from 'vitest';
import { provisionZone } from '../../global/relay/provision.ts';
import { LocalCopy } from '../../zone/replica/localCopy.ts';
import { provisionMirrors } from '../../zone/replica/provision.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import { copyFile, type Hub, type Leaf, openReplica, resource, startHub, startLeaf, startReplica } from './wiring.ts';

let folder: TempDir;
let hub: Hub;
let leaf: Leaf;

beforeAll(async () => {
  folder = await tempDir('first-fill');
  hub = await startHub(folder.path);
  leaf = await startLeaf('zone-a', hub, folder.path);
});

afterAll(async () => {
  await Promise.allSettled([hub?.stop(), leaf?.stop()]);
  await folder?.remove();
});

const timeout = (name: string) => resource('MeshTimeout', name, {}, 'default');
const copied = () => {
  const copy = new LocalCopy(copyFile('zone-a', folder.path));
  const entries = copy.load()?.entries.map(({ key }) => key);
  copy.close();
  return entries;
};

it('a zone that is stopped in the middle of its first fill does not take the part that it has for a complete view', async () => {
  hub.log.append(timeout('a'), timeout('b'));
  const { connection, replica } = await openReplica('zone-a', leaf, folder.path);
  await provisionZone(hub.connection.jsm, 'zone-a');
  replica.start();
  // Global has more than the hub has been given so far.
  replica.expect(3);
  await provisionMirrors(connection, 'zone-a');
  replica.followMirrors();
  await eventually(() => expect(replica.position()).toBe(2));
  expect(replica.ready()).toBe(false);
  replica.stop();
  await connection.nats.close();
  expect(copied()).toBeUndefined();

  hub.log.append(timeout('c'));
  const zone = await startReplica('zone-a', leaf, folder.path);
  await eventually(() => expect([zone.replica.ready(), zone.replica.position()]).toEqual([true, 3]));
  await zone.stop();
  expect(copied()).toEqual(['a', 'b', 'c'].map((name) => `default/MeshTimeout/${name}`));
});
