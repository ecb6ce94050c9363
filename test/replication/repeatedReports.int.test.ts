import { expect, it, onTestFinished } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { followZones } from '../../global/insight/zoneFollower.ts';
import { gatherZone } from '../../global/relay/gather.ts';
import { ZONE_STATUS, type ZoneStatus } from '../../shared/event/status.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a']);

const report = (instance: string): ZoneStatus => ({
  ...{ instance, version: '', at: new Date().toISOString(), startedAt: '', logId: '', position: 0, digest: '' },
  ...{ quarantined: [], waitingForKeys: 0, proxies: { connected: 0 }, rollouts: [], config: {} },
});

it('a log that is gathered anew makes no control plane alive that is gone, not of a zone that was deleted either', async () => {
  const { hub, zone } = world;
  let running = 0;
  const clock = { running: () => running, time: () => Date.now() };
  const zones = followZones(hub.connection, await loadRegistry(), clock, () => {});
  onTestFinished(zones.stop);
  const heard = (instance: string) => zones.reports.get('zone-a')?.get(instance)?.receivedAt;
  const say = (instance: string) => zone.log.put(resource(ZONE_STATUS, instance, report(instance)));
  await say('gone');
  await eventually(() => expect(heard('gone')).toBe(0));

  running = 60_000;
  const { js, ingest } = hub.connection;
  await js.publish(`${ingest}.cp.zone.zone-a.up.-.ZoneStatus.gone`, '');
  await eventually(() => expect(heard('gone')).toBeUndefined());
  expect([...zones.reports.keys()], 'a zone of which nothing is left is none').toEqual([]);
  await gatherZone(hub.connection, 'zone-a', true);
  await say('there');
  await eventually(() => expect(heard('there')).toBe(60_000));
  expect(heard('gone')).toBe(0);
});
