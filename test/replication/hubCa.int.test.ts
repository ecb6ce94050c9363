import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { HubKeys } from '../../global/hubAccess/hubKeys.ts';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import { hubCertificate, writeHubCa } from '../../global/hubAccess/writeHubConfig.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { makeServerCa } from '../../runtime/certificate/serverCertificate.ts';
import { reloadLeaf } from '../../zone/leaf/leafSystem.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

const world = hubWithZones(['zone-a', 'zone-late']);
const HOUR_MS = 3_600_000;
const UNTRUSTED = /certificate signed by unknown authority/;

/** What the hub is known by from then on, as global does it while it runs. */
async function serveAs(keys: HubKeys): Promise<void> {
  const { url, leafUrl } = world.hub;
  const folder = join(world.folder, 'hub');
  const caFile = writeHubCa(keys, folder);
  const names: string[] = [];
  await hubCertificate(keys, { folder, host: '127.0.0.1', url, leafUrl, names, now: new Date() });
  const system = await connectToSystem({ url, ca: { caFile }, credential: await systemCredential(keys) });
  await reloadServer(system);
  await system.close();
}

/** A zone is given its next credential, with the CAs, and has its nats-server read them. */
async function tell(zone: string, keys: HubKeys): Promise<void> {
  const leaf = world.leafOf(zone);
  await leaf.renew(HOUR_MS, keys);
  await reloadLeaf(leaf);
}

/** All connections are made anew, and what is written reaches these zones. */
async function reconnects(...zones: readonly string[]): Promise<void> {
  const { hub } = world;
  await hub.server.restart();
  const position = hub.log.append(resource('MeshTimeout', 'next', {}, 'default'));
  await eventually(() =>
    expect(zones.map((zone) => world.replicaOf(zone).replica.position())).toEqual(zones.map(() => position)),
  );
}

it('zones stay at a hub that gets its certificate of the next CA, and at one whose former CA is trusted no more', async () => {
  const { hub } = world;
  const late = world.leafOf('zone-late');
  const next = await makeServerCa(new Date());
  const both = { ...hub.keys, trusted: hub.keys.trusted + next.certificatePem };
  await reconnects('zone-a', 'zone-late');

  await tell('zone-a', both);
  await reconnects('zone-a', 'zone-late');
  await serveAs({ ...both, ca: next });
  expect(late.server.output).not.toMatch(UNTRUSTED);
  const position = hub.log.append(resource('MeshTimeout', 'connected', {}, 'default'));
  await eventually(() => expect(world.replicaOf('zone-late').replica.position()).toBe(position));
  await reconnects('zone-a');
  // The one that was not told: that is why global waits for all of them.
  await eventually(() => expect(late.server.output).toMatch(UNTRUSTED));

  const after = { ...hub.keys, trusted: next.certificatePem, ca: next };
  await tell('zone-a', after);
  await serveAs(after);
  await reconnects('zone-a');
  await tell('zone-late', after);
  await reconnects('zone-a', 'zone-late');
  expect(world.leaf.server.output).not.toMatch(UNTRUSTED);
});

it('nobody but the system user of the zone has its nats-server reload', async () => {
  const { leaf } = world;
  await expect(reloadLeaf({ ...leaf, system: leaf.user })).rejects.toThrow();
});
