import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { type Hub, type Leaf, resource, startHub, startLeaf, startReplica, type ZoneReplica } from './wiring.ts';

const ZONES = ['zone-a', 'zone-b'];
/** Long enough for the zones' servers to give up asking once more and to listen for a sign of life: another way back. */
const AWAY_MS = 12_000;

const eventually = (assertion: () => void | Promise<void>, timeout = 30_000) =>
  vi.waitFor(assertion, { timeout, interval: 25 });

describe('a nats-server that lost its files', () => {
  let folder: TempDir;
  let hub: Hub;
  let leaves: Leaf[];
  let zones: ZoneReplica[];

  const positions = () => zones.map(({ replica }) => replica.position());
  const inSync = async () => {
    const head = await hub.log.head();
    await eventually(() => expect(positions()).toEqual(ZONES.map(() => head)));
    expect(new Set(zones.map(({ replica }) => replica.digest())).size).toBe(1);
  };

  beforeAll(async () => {
    folder = await tempDir('replication');
    hub = await startHub(folder.path);
    leaves = await Promise.all(ZONES.map((zone) => startLeaf(zone, hub, folder.path)));
    zones = await Promise.all(leaves.map((leaf, i) => startReplica(ZONES[i] ?? '', leaf, folder.path)));
  }, 60_000);

  afterAll(async () => {
    await Promise.allSettled((zones ?? []).map((zone) => zone.stop()));
    await hub?.stop();
    await Promise.allSettled((leaves ?? []).map((leaf) => leaf.stop()));
    await folder?.remove();
  });

  it('the hub: refilled from the log, and every mirror follows on', async () => {
    for (let i = 0; i < 5_000; i++) hub.log.append(resource('MeshTimeout', `t${i % 3_000}`, { i }, 'default'));
    await inSync();
    await hub.server.kill();
    await rm(hub.store, { recursive: true });
    for (let i = 0; i < 300; i++) hub.log.append(resource('MeshTimeout', `away${i}`, { i }, 'default'));
    await sleep(AWAY_MS);
    await hub.server.restart();
    await inSync();
    hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await inSync();
    const { state } = await hub.connection.jsm.streams.info('EVENTS');
    expect(state.last_seq).toBe(await hub.log.head());
  }, 120_000);
});
