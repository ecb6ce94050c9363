import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { systemClock } from '../../global/insight/clock.ts';
import { CopyMonitor } from '../../global/insight/copyMonitor.ts';
import { readHubCopies } from '../../global/insight/hubCopies.ts';
import { giveNotice } from '../../global/insight/presence.ts';
import { followZones } from '../../global/insight/zoneFollower.ts';
import { heedNotices } from '../../zone/status/heedNotices.ts';
import { reportStatus } from '../../zone/status/statusReporter.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
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

let folder: TempDir;
let hub: Hub;
let leaves: Leaf[];
let a: ZoneReplica;
let b: ZoneReplica;
const ends: (() => void)[] = [];
const errors: Error[] = [];
const onError = (error: unknown) => void errors.push(error as Error);

beforeAll(async () => {
  folder = await tempDir('copies');
  hub = await startHub(folder.path);
  leaves = await Promise.all(['zone-a', 'zone-b'].map((zone) => startLeaf(zone, hub, folder.path)));
  const [ofA, ofB] = leaves as [Leaf, Leaf];
  a = await startReplica('zone-a', ofA, folder.path);
  b = await startReplica('zone-b', ofB, folder.path);
  await watch();
}, 60_000);

afterAll(async () => {
  for (const end of ends) end();
  await Promise.allSettled([a?.stop(), b?.stop()]);
  await hub?.stop();
  await Promise.allSettled((leaves ?? []).map((leaf) => leaf.stop()));
  await folder?.remove();
});

/** As global does. */
async function watch(): Promise<void> {
  const { connection, log } = hub;
  const zones = followZones(connection, await loadRegistry(), systemClock, onError);
  const monitor = new CopyMonitor({
    zones,
    logId: () => log.logId,
    giveNotice: (...notice) => giveNotice(connection, ...notice),
  });
  const ended = new AbortController();
  const onRead = (originals: Parameters<CopyMonitor['compare']>[0]) => monitor.compare(originals);
  void readHubCopies({ hub: connection, zones: () => [...zones.reports.keys()], onRead, onError }, ended.signal);
  ends.push(zones.stop, () => ended.abort());
}

/** As a zone control plane does. */
function report({ connection, replica, log, makeAnew }: ZoneReplica, zone: string): void {
  const instance = `${zone}-1`;
  const now = () => new Date().toISOString();
  const none = { version: '', logId: '', position: 0, digest: '', quarantined: [], waitingForKeys: 0, rollouts: [] };
  const status = () => ({
    ...none,
    ...{ instance, at: now(), startedAt: now(), proxies: { connected: 0 }, config: {}, copies: replica.copies.sums() },
  });
  const reporter = reportStatus({ replica, log, instance, status, onError });
  ends.push(reporter.stop, heedNotices({ leaf: connection, zone, instance, replica, makeAnew, onError }));
}

const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 60_000, interval: 100 });
const ingress = resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } });

async function copied(stream: string): Promise<string[]> {
  const { state } = await a.connection.jsm.streams.info(stream, { subjects_filter: '>' });
  return Object.keys(state.subjects ?? {});
}

it('copies that passed over a message are made anew, though nothing new is written', async () => {
  hub.log.append(sealedSecret(hub, 's', 'key-1', 'parrot'));
  await b.log.put(ingress);
  const holes = { KEYS: 'cp.key.zone-a.key-1', PEERS: 'cp.zone.zone-b.up.-.ZoneIngress.of-b' };
  await eventually(async () => {
    expect(await copied('KEYS')).toContain(holes.KEYS);
    expect(await copied('PEERS')).toContain(holes.PEERS);
  });
  await a.stop();
  // Nobody grants it again when the zone greets.
  hub.dataKeys.clear();
  const [leaf] = leaves as [Leaf];
  a = await startReplica('zone-a', leaf, folder.path);
  for (const [stream, subject] of Object.entries(holes)) {
    const message = await a.connection.jsm.streams.getMessage(stream, { last_by_subj: subject });
    await a.connection.jsm.streams.deleteMessage(stream, message?.seq ?? 0);
  }
  await a.stop();
  a = await startReplica('zone-a', leaf, folder.path);
  await eventually(() => expect(a.replica.ready()).toBe(true));
  expect(a.replica.view.get(ingress, 'zone-b')).toBeUndefined();

  report(a, 'zone-a');
  await eventually(async () => {
    expect(await copied('KEYS')).toContain(holes.KEYS);
    expect(await copied('PEERS')).toContain(holes.PEERS);
    expect(a.replica.view.get(ingress, 'zone-b')).toBeDefined();
  });
  expect(a.errors.map(({ message }) => message)).toEqual([expect.stringContaining('KEYS, PEERS')]);
  expect(errors).toEqual([]);
}, 180_000);
