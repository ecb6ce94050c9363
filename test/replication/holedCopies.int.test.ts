import { afterAll, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { systemClock } from '../../global/insight/clock.ts';
import { CopyMonitor } from '../../global/insight/copyMonitor.ts';
import { readHubCopies } from '../../global/insight/hubCopies.ts';
import { giveNotice } from '../../global/insight/giveNotice.ts';
import { followZones } from '../../global/insight/zoneFollower.ts';
import { heedNotices } from '../../zone/status/heedNotices.ts';
import { reportStatus } from '../../zone/status/statusReporter.ts';
import { Troubles } from '../../zone/status/troubles.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { lasting, resource, sealedSecret, type ZoneReplica } from './wiring.ts';

const world = hubWithZones(['zone-a', 'zone-b']);
const ends: (() => void)[] = [];
const errors: Error[] = [];
const onError = (error: unknown) => void errors.push(error as Error);

afterAll(() => {
  for (const end of ends) end();
});

/** As global does. @returns what it makes of them */
async function watch(): Promise<CopyMonitor> {
  const { connection, log } = world.hub;
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
  return monitor;
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
  const reporter = reportStatus({ replica, log, instance, status, onFailed: onError, onDone: () => {} });
  const troubles = new Troubles({ now: () => new Date(), running: () => performance.now(), onError: () => onError });
  ends.push(reporter.stop, heedNotices({ leaf: connection, zone, instance, replica, makeAnew, troubles, onError }));
}

const ingress = resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } });

async function copied({ connection }: ZoneReplica, stream: string): Promise<string[]> {
  const { state } = await connection.jsm.streams.info(stream, { subjects_filter: '>' });
  return Object.keys(state.subjects ?? {});
}

/** Stream of the zone → subject whose message its copy lacks. */
const HOLES = { KEYS: 'cp.key.zone-a.key-1', PEERS: 'cp.zone.zone-b.up.-.ZoneIngress.of-b' };

/** What a copy lacks is gone from its stream and from the replica. @returns the replica */
async function withHoles(): Promise<ZoneReplica> {
  const { jsm } = (await world.restart('zone-a')).connection;
  for (const [stream, subject] of Object.entries(HOLES))
    await eventually(async () => {
      const message = await jsm.streams.getMessage(stream, { last_by_subj: subject });
      if (message) await jsm.streams.deleteMessage(stream, message.seq);
    });
  const a = await world.restart('zone-a');
  await eventually(() => expect(a.replica.ready()).toBe(true));
  // On a machine so busy that the zone hears nothing of the hub for some seconds, it makes its copies anew.
  return a.replica.view.get(ingress, 'zone-b') ? withHoles() : a;
}

it('copies that passed over a message are shown as wrong and made anew, though nothing new is written', async () => {
  const { hub } = world;
  const monitor = await watch();
  hub.log.append(sealedSecret(hub, 's', 'key-1', 'parrot'));
  await eventually(() => world.replicaOf('zone-b').log.put(ingress));
  const isFull = async (zone: ZoneReplica) => {
    for (const [stream, subject] of Object.entries(HOLES)) expect(await copied(zone, stream)).toContain(subject);
  };
  await eventually(() => isFull(world.zone));
  // Global looks for keys that nobody needs after each change.
  await eventually(async () => expect(world.zone.replica.position()).toBe(await hub.log.head()));
  await world.zone.stop();
  // Nobody grants it again when the zone greets.
  hub.dataKeys.clear();
  const a = await withHoles();
  report(a, 'zone-a');
  await eventually(() => expect(monitor.wrong('zone-a', 'zone-a-1')).toEqual(['KEYS', 'PEERS']));
  await eventually(async () => {
    await isFull(a);
    expect(a.replica.view.get(ingress, 'zone-b')).toBeDefined();
  });
  await eventually(() => expect(monitor.wrong('zone-a', 'zone-a-1')).toEqual([]));
  expect(lasting(a.errors)).toEqual([expect.stringContaining('KEYS, PEERS')]);
  expect(lasting(errors)).toEqual([]);
}, 180_000);
