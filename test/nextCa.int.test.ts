import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../deploy/process/ports.ts';
import { cleanups, keysDir, sidecar, until, zoneWith } from './support/dataPlaneForTests.ts';
import { Link } from './faults/link.ts';
import { caFile, dropFormerCas, makeNextCa } from '../zone/identity/zoneCa.ts';

const web = (name: string, port: number) => ({
  type: 'Dataplane',
  mesh: 'default',
  name,
  networking: { address: '127.0.0.1', inbound: [{ port, servicePort: 9, tags: { 'kuma.io/service': 'web' } }] },
});

it('Envoys that know only the former CA find back while the next one signs, and are counted until they are started anew', async () => {
  const { plane, metrics } = await zoneWith({});
  const ofFormerCa = async () =>
    (await metrics.getSingleMetric('meridian_zone_proxies_of_former_ca')?.get())?.values[0]?.value;
  const link = await Link.to(plane.port);
  cleanups.push(() => link.close());
  const options = { cpAddress: `https://127.0.0.1:${link.port}` };
  const renewed = () => Promise.all(plane.certificates.map(({ renew }) => renew()));
  /** All connections are made anew. */
  const reconnect = async () => {
    link.set('cut');
    await until(
      () => plane.ads.proxies.size,
      (size) => size === 0,
    );
    link.set('open');
  };
  const connected = (...ids: string[]) =>
    until(
      () => [...plane.ads.proxies.keys()].sort(),
      (found) => JSON.stringify(found) === JSON.stringify(ids),
    );
  // As it was given to a proxy's machine once.
  const old = join(keysDir(), 'given.crt');
  copyFileSync(caFile(keysDir(), 'dp-server'), old);
  const before = await sidecar(plane, web('before', await freePort()), options);
  expect(await ofFormerCa()).toBe(0);

  await makeNextCa(keysDir(), 'dp-server', new Date());
  await renewed();
  expect(await ofFormerCa()).toBe(1);
  await sidecar(plane, web('later', await freePort()), options);
  await sidecar(plane, web('with-a-file', await freePort()), { ...options, skipVerify: false, caCertFile: old });
  expect(await ofFormerCa()).toBe(1);
  await reconnect();
  await connected('default.before', 'default.later', 'default.with-a-file');
  expect(await ofFormerCa()).toBe(1);

  await before.stop();
  dropFormerCas(keysDir(), 'dp-server', new Date());
  await renewed();
  await reconnect();
  await connected('default.later', 'default.with-a-file');
  expect(await ofFormerCa()).toBe(0);
});
