import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { lasting, resource, sealedSecret, type ZoneReplica } from './wiring.ts';

const world = hubWithZones(['zone-a', 'zone-b']);

/** Everything at the hub that has to do with the zone: consumers, sources, keys, and what of its log is not deleted. */
async function tracesOf(zone: string): Promise<string[]> {
  const { jsm } = world.hub.connection;
  const lists = ['EVENTS', 'KEYS', 'ZONES'].map((stream) => jsm.consumers.list(stream).next());
  const consumers = (await Promise.all(lists)).flat().map(({ name }) => name);
  const { config } = await jsm.streams.info('ZONES');
  const subjectsOf = async (stream: string, filter: string) =>
    Object.keys((await jsm.streams.info(stream, { subjects_filter: filter })).state.subjects ?? {});
  const written: string[] = [];
  for (const subject of await subjectsOf('ZONES', `cp.zone.${zone}.>`))
    if ((await jsm.streams.getMessage('ZONES', { last_by_subj: subject }))?.data.length !== 0) written.push(subject);
  return [
    ...consumers.filter((name) => name.endsWith(`-${zone}`)),
    ...(config.sources ?? []).flatMap(({ external }) => (external?.api === `$JS.${zone}.API` ? [external.api] : [])),
    ...(await subjectsOf('KEYS', `cp.key.${zone}.>`)),
    ...written,
  ].sort();
}

const ingress = resource('ZoneIngress', 'of-b', { networking: { address: '10.0.0.7', port: 10_001 } });
const secretOf = ({ replica }: ZoneReplica) =>
  (replica.view.get({ type: 'Secret', mesh: 'default', name: 's' })?.resource.spec as { data?: string })?.data;

it('a deleted zone leaves nothing behind at the hub and in the other zones, and may come again by the same name', async () => {
  const { hub, zone: a } = world;
  const before = world.replicaOf('zone-b');
  hub.log.append(sealedSecret(hub, 's', 'key-1', 'parrot'));
  await eventually(() => before.log.put(ingress));
  await eventually(() => expect([secretOf(a), secretOf(before)].filter(Boolean)).toHaveLength(2));
  await eventually(() => expect(a.replica.view.get(ingress, 'zone-b')).toBeDefined());
  const traces = await eventually(() => tracesOf('zone-b'));
  const kinds = ['ev-zone-b', 'keys-zone-b', 'peers-zone-b', '$JS.zone-b.API', 'cp.key.zone-b.key-1'];
  expect(traces).toEqual(expect.arrayContaining([...kinds, 'cp.zone.zone-b.up.-.ZoneIngress.of-b']));

  await before.stop();
  hub.deleteZone('zone-b');
  await eventually(async () => expect(await tracesOf('zone-b')).toEqual([]));
  await eventually(() => expect(a.replica.view.get(ingress, 'zone-b')).toBeUndefined());
  expect((await eventually(() => tracesOf('zone-a'))).length).toBeGreaterThan(0);

  const b = await world.restart('zone-b');
  await eventually(async () => expect(await tracesOf('zone-b')).toEqual(traces));
  // Its copies do not wait for a consumer that is gone.
  for (const [stream, consumer, copy] of [
    ['EVENTS', 'ev-zone-b', 'EVENTS'],
    ['ZONES', 'peers-zone-b', 'PEERS'],
  ] as const) {
    await eventually(async () => {
      // A zone that hears nothing for some seconds, as on a busy machine, greets again, and may be given another one.
      const { created } = await hub.connection.jsm.consumers.info(stream, consumer);
      const { metadata } = (await b.connection.jsm.streams.info(copy)).config;
      expect(metadata).toMatchObject({ 'meridian-consumer': created });
    });
  }
  await eventually(() => expect(a.replica.view.get(ingress, 'zone-b')).toBeDefined());
  const head = hub.log.append(sealedSecret(hub, 's', 'key-2', 'cockatoo'));
  await eventually(() => expect([a.replica.position(), b.replica.position()]).toEqual([head, head]));
  await eventually(() => expect(secretOf(b)).toBe(Buffer.from('cockatoo').toString('base64')));
  expect(lasting(hub.errors)).toEqual([]);
});
