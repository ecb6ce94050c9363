import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { keepJetStream } from '../../nats/keepJetStream.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { writeErrors } from '../../nats/writeErrors.ts';
import { leafHealth, reloadLeaf } from '../../zone/leaf/leafSystem.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { dataplane, resource } from './wiring.ts';

const SIZE_MIB = 64;
const mounted: string[] = [];

/** Puts a server's files on a small disk. */
async function onSmallDisk({
  store,
  server,
}: {
  store: string;
  server: { kill(): Promise<void>; restart(): Promise<void> };
}) {
  await server.kill();
  const own = `${store}-own`;
  execFileSync('mv', [store, own]);
  mkdirSync(store);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', store]);
  mounted.push(store);
  execFileSync('cp', ['-a', `${own}/.`, store]);
  await server.restart();
  const ballast = join(store, 'ballast');
  return {
    fill: () => writeFile(ballast, Buffer.alloc(SIZE_MIB * 2 ** 20)).catch(() => {}),
    makeSpace: () => rm(ballast),
  };
}

/** More than may be left of the last page of a file. */
const LARGE = { text: 'x'.repeat(100_000) };

// Only root may mount a small disk.
describe.runIf(process.getuid?.() === 0)('a nats-server whose disk was full, and that kept JetStream on', () => {
  const world = hubWithZones(['zone-a']);
  // Before their folder is removed.
  afterAll(() => {
    for (const store of mounted) execFileSync('umount', ['--lazy', store]);
  });

  it('of a zone writes its log again once there is space, and keeps what it had', async () => {
    const { leaf, hub } = world;
    const disk = await onSmallDisk(leaf);
    const { connection, log } = world.zone;
    await eventually(() => log.put(dataplane('before', '10.0.0.1')).then(() => {}));
    const { created } = await connection.jsm.streams.info('ZONE');
    await disk.fill();
    // The hub copies nothing to it meanwhile, which would have it switch JetStream off.
    await expect(log.put(resource('Dataplane', 'refused', LARGE, 'default'))).rejects.toThrow();
    await disk.makeSpace();
    await expect(log.put(dataplane('refused', '10.0.0.2'))).rejects.toThrow();
    const health = leafHealth(leaf);
    expect(await health.writeErrors()).toEqual([expect.stringContaining('ZONE')]);

    const told: string[] = [];
    const kept = keepJetStream({
      connection,
      file: leaf.file,
      reload: () => reloadLeaf(leaf),
      writeErrors: health.writeErrors,
      onError: ({ message }) => told.push(message),
    });
    await eventually(async () => {
      await log.put(dataplane('after', '10.0.0.3'));
    });
    await eventually(() => expect(kept.trouble()).toBe(''));
    await kept.stop();
    await health.close();
    expect(told).toEqual([expect.stringMatching(/refuses to write.*ZONE.*no space left on device/)]);
    expect((await connection.jsm.streams.info('ZONE')).created).toBe(created);
    await eventually(async () => {
      for (const name of ['before', 'after']) {
        const last = { last_by_subj: `cp.zone.zone-a.up.default.Dataplane.${name}` };
        expect(await hub.connection.jsm.streams.getMessage('ZONES', last)).not.toBeNull();
      }
    });
    const position = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
    await eventually(() => expect(world.zone.replica.position()).toBe(position));
  }, 180_000);

  it('of the hub is given all that was written meanwhile', async () => {
    const { hub, zone } = world;
    const disk = await onSmallDisk(hub);
    const { connection } = hub;
    const system = await connectToSystem({
      url: hub.url,
      ca: hub.keys.ca.certificatePem,
      credential: await systemCredential(hub.keys),
    });
    await disk.fill();
    hub.log.append(resource('MeshTimeout', 'full', LARGE, 'default'));
    await eventually(async () => expect((await writeErrors(system)).join()).toContain('EVENTS'));
    await disk.makeSpace();
    const position = hub.log.append(resource('MeshTimeout', 'space', {}, 'default'));

    const told: string[] = [];
    const kept = keepJetStream({
      connection,
      file: hub.file,
      reload: () => reloadServer(system),
      writeErrors: () => writeErrors(system),
      onError: ({ message }) => told.push(message),
    });
    await eventually(() => expect(zone.replica.position()).toBe(position));
    await kept.stop();
    await system.close();
    expect(told).toEqual([expect.stringMatching(/refuses to write.*EVENTS.*no space left on device/)]);
  }, 180_000);
});
