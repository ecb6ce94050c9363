import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { keepCertificates } from '../../runtime/certificate/keepCertificates.ts';
import { YEAR_MS } from '../../runtime/certificate/root.ts';
import { systemCredential } from '../../global/hubAccess/credentials.ts';
import { hubCertificate } from '../../global/hubAccess/writeHubConfig.ts';
import { connectToSystem } from '../../global/relay/natsConnection.ts';
import { reloadServer } from '../../nats/reloadServer.ts';
import { dropFormerCas, makeNextCa } from '../../zone/identity/zoneCa.ts';
import { reloadLeaf } from '../../zone/leaf/leafSystem.ts';
import { natsCertificate } from '../support/natsTls.ts';
import { eventually } from '../support/eventually.ts';
import { hubWithZones } from './hubWithZones.ts';
import { resource } from './wiring.ts';

// A year is over but for three months.
const world = hubWithZones(['zone-a'], { certifiedAt: new Date(Date.now() - 0.75 * YEAR_MS) });

const shown = (url: string, ca = world.hub.keys.ca.certificatePem) => natsCertificate(url, ca);

it('the hub is given its next certificate while it runs, and who is connected stays', async () => {
  const { hub, leaf, zone } = world;
  const { url, leafUrl } = hub;
  const options = { folder: join(world.folder, 'hub'), host: '127.0.0.1', url, leafUrl, names: [] };
  const before = await Promise.all([shown(url), shown(leafUrl)]);
  const credential = await systemCredential(hub.keys);
  const system = await connectToSystem({ url, ca: hub.keys.ca.certificatePem, credential });
  const metrics = new Registry();
  const errors: unknown[] = [];
  const now = new Date();
  const stop = keepCertificates(
    [{ name: 'hub', renew: () => hubCertificate(hub.keys, { ...options, now }), apply: () => reloadServer(system) }],
    { metrics, log: { info: () => {} }, onError: (error) => errors.push(error) },
  );
  await eventually(async () => {
    const after = await Promise.all([shown(url), shown(leafUrl)]);
    expect(after.some((serial) => before.includes(serial))).toBe(false);
  });
  stop();
  expect(errors).toEqual([]);
  const expiry = /meridian_certificate_expiry_timestamp_seconds\{certificate="hub"\} (\d+)/.exec(
    await metrics.metrics(),
  );
  expect(Number(expiry?.[1]) * 1000).toBeGreaterThan(now.getTime() + 0.9 * YEAR_MS);
  expect(leaf.server.output).not.toContain('Leafnode connection closed');
  const position = hub.log.append(resource('MeshTimeout', 'after', {}, 'default'));
  await eventually(() => expect(zone.replica.position()).toBe(position));
  await system.close();
});

it('so is the nats-server of a zone', async () => {
  const { hub, leaf, zone } = world;
  const before = await shown(leaf.url, leaf.ca);
  const errors: unknown[] = [];
  const stop = keepCertificates([{ ...leaf.certificate, apply: () => reloadLeaf(leaf) }], {
    metrics: new Registry(),
    log: { info: () => {} },
    onError: (error) => errors.push(error),
  });
  await eventually(async () => expect(await shown(leaf.url, leaf.ca)).not.toBe(before));
  stop();
  expect(errors).toEqual([]);
  expect(leaf.server.output).not.toContain('Leafnode connection closed');
  const position = hub.log.append(resource('MeshTimeout', 'after-the-leaf', {}, 'default'));
  await eventually(() => expect(zone.replica.position()).toBe(position));
});

it('it shows the next CA of the zone while it runs: who knows the former one only is let in, and so is who reads the file anew', async () => {
  const { hub, leaf, zone } = world;
  const folder = dirname(leaf.caFile);
  const former = readFileSync(leaf.caFile, 'utf8');
  const { signing } = await makeNextCa(folder, 'leaf', new Date());
  const stop = keepCertificates([{ ...leaf.certificate, apply: () => reloadLeaf(leaf) }], {
    metrics: new Registry(),
    log: { info: () => {} },
    onError: (error) => void expect.unreachable(String(error)),
  });
  await eventually(() => shown(leaf.url, signing.certificatePem));
  stop();
  await shown(leaf.url, former);
  expect(leaf.server.output).not.toContain('Leafnode connection closed');
  // The control plane finds back, with the CA that it read at its start and with the file.
  await leaf.server.restart();
  const position = hub.log.append(resource('MeshTimeout', 'after-the-next-ca', {}, 'default'));
  await eventually(() => expect(zone.replica.position()).toBe(position));
  dropFormerCas(folder, 'leaf', new Date());
  await leaf.certificate.renew();
  await leaf.server.restart();
  await expect(shown(leaf.url, former)).rejects.toThrow(/unable to (get|verify)/);
  await reloadLeaf({ ...leaf, ca: { caFile: leaf.caFile } });
});
