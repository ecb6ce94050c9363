import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { ADMIN_SERVER } from '../../shared/snapshot/adminTrust.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import { keysDir, mtls, sidecar, until, ZONE, zoneWith } from '../../test/support/dataPlaneForTests.ts';
import type { MemoryZone } from '../../test/support/memoryZone.ts';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { issueClientCertificate } from '../../runtime/certificate/serverCertificate.ts';
import { makeNextCa, zoneCa } from '../identity/zoneCa.ts';
import { envoyAdmin } from '../store/envoyAdmin.ts';
import type { DataPlane } from './dataPlane.ts';

const HOST = '127.0.0.2';
const generous = { timeout: 60_000 };

/** The admin APIs of the proxies as a control plane on another machine reaches them: there are no such sockets. */
function fromAfar({ ads, adminClient }: DataPlane) {
  const proxies = new Map(
    [...ads.proxies].map(([id, proxy]) => {
      const { metadata } = proxy;
      return [id, { ...proxy, metadata: { ...metadata, adminSocket: `${metadata.adminSocket}.elsewhere` } }];
    }),
  );
  return envoyAdmin({ proxies }, adminClient);
}

const stored = ({ view }: MemoryZone, type: string, mesh: string, name: string) =>
  view.get({ type, mesh, name }, ZONE) as Stored;

/** @returns the status, or why there is none */
function call(options: RequestOptions): Promise<number | string> {
  return new Promise((resolve) => {
    const send = options.protocol === 'http:' ? plainRequest : request;
    const sent = send({ host: HOST, agent: false, ...options }, (response) => {
      response.resume();
      response.on('close', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', ({ message }) => resolve(message));
    sent.end();
  });
}

test('a control plane reads the admin API of a sidecar elsewhere, and nobody else does', generous, async () => {
  const { zone, plane } = await zoneWith(mtls);
  const [port, adminPort] = [await freePort(), await freePort()];
  const tags = { 'kuma.io/service': 'web' };
  const dataplane = { type: 'Dataplane', mesh: 'default', name: 'web-1' };
  const networking = { address: HOST, inbound: [{ port, servicePort: 9, tags }] };
  await sidecar(plane, { ...dataplane, networking }, { adminPort });
  const web = stored(zone, 'Dataplane', 'default', 'web-1');

  const dump = await until(
    () => fromAfar(plane).xds(web, { includeEds: false }),
    (text) => text.includes('identity_cert:secret:default'),
  );
  expect(dump).toContain('kuma:envoy:admin:ca');
  expect(dump).not.toContain('PRIVATE KEY');
  const { trustedPem: ca, certificatePem: cert, privateKeyPem: key } = plane.adminClient();
  expect(await fromAfar(plane).stats(web, { json: false, usedOnly: true })).toContain('listener_manager.lds');
  expect(await fromAfar(plane).clusters(web, { json: false })).toContain('kuma:envoy:admin::');

  const known = { port: adminPort, servername: ADMIN_SERVER, ca };
  expect(await call({ ...known, cert, key, path: '/config_dump' })).toBe(200);
  expect(await call({ ...known, path: '/config_dump' })).toMatch(/certificate required|reset|hang up|EPIPE/);
  // What the proxies themselves hold.
  const secret = plane.ads.snapshotOf('default.web-1')?.secret.get('kuma:envoy:admin') as {
    readonly tlsCertificate: Record<'certificateChain' | 'privateKey', { readonly inlineString: string }>;
  };
  const { certificateChain, privateKey } = secret.tlsCertificate;
  const ofProxy = { cert: certificateChain.inlineString, key: privateKey.inlineString };
  expect(await call({ ...known, ...ofProxy, path: '/config_dump' })).toMatch(/alert|reset|hang up|EPIPE/);
  const { signing } = await zoneCa(keysDir(), 'envoy-admin', new Date());
  const other = await issueClientCertificate(signing, 'somebody', new Date());
  const ofOther = { cert: other.certificatePem, key: other.privateKeyPem };
  expect(await call({ ...known, ...ofOther, path: '/config_dump' })).toMatch(/alert|reset|hang up|EPIPE/);

  expect(await call({ ...known, cert, key, path: '/quitquitquit', method: 'POST' })).toBe(404);
  expect(await call({ ...known, cert, key, path: '/quitquitquit' })).toBe(404);
  expect(await call({ ...known, cert, key, path: '/stats', method: 'POST' })).toBe(404);
  const plain = { protocol: 'http:', port: adminPort };
  expect(await call({ ...plain, path: '/config_dump' })).toBe(404);
  expect(await call({ ...plain, path: '/ready' })).toBe(200);
});

test('a sidecar that names no admin port, alone at its address, is read at the default one', generous, async () => {
  const { zone, plane } = await zoneWith(mtls);
  const inbound = [{ port: await freePort(), servicePort: 9, tags: { 'kuma.io/service': 'web' } }];
  // The port is always the same, and another run of the tests may go on beside this one.
  const address = `127.90.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const networking = { address, inbound };
  await sidecar(plane, { type: 'Dataplane', mesh: 'default', name: 'web-1', networking });
  const web = stored(zone, 'Dataplane', 'default', 'web-1');
  await until(
    () => fromAfar(plane).stats(web, { json: false, usedOnly: false }).catch(String),
    (text) => text.includes(`listener.${address}_9901.`),
  );
});

test('the next CA of the zone is used by both sides while they run; an egress is reached too', generous, async () => {
  const { zone, plane } = await zoneWith(mtls);
  const networking = { address: HOST, port: await freePort(), admin: { port: await freePort() } };
  const proxyType = 'egress' as const;
  await sidecar(plane, { type: 'ZoneEgress', name: 'egress-1', networking }, { proxyType });
  const egress = stored(zone, 'ZoneEgress', '', 'egress-1');
  const dumpOf = () => fromAfar(plane).xds(egress, { includeEds: false });
  const reached = () => dumpOf().catch(() => '');
  await until(reached, (text) => text.includes('kuma:envoy:admin:ca'));

  const { trusted } = await makeNextCa(keysDir(), 'envoy-admin', new Date());
  for (const { name, renew } of plane.certificates) if (name.startsWith('envoy-admin')) await renew();
  expect(plane.adminClient().trustedPem).toBe(trusted);
  const next = JSON.stringify(certificatesIn(trusted).at(-1)).slice(1, -1);
  await until(reached, (text) => text.includes(next));
  expect(readFileSync(join(keysDir(), 'envoy-admin.crt'), 'utf8')).toBe(trusted);
});
