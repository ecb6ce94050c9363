import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { makeBuiltinCa } from '../../global/mesh/builtinCa.ts';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { Sidecars } from '../../test/bench/fleet/sidecars.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { loadRegistry } from '../registry.ts';
import { readStandaloneConfig } from './config.ts';
import { type Standalone, runStandalone } from './main.ts';

let running: Standalone;
let folder: string;
beforeAll(async () => {
  const { path, remove } = await tempDir('provided-ca');
  folder = path;
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: join(path, 'data'),
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DP_AUTH: 'none',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
  });
  running = await runStandalone(config, { registry: await loadRegistry(), version: 'test' });
  return async () => {
    await running.stop();
    await remove();
  };
});

async function put(path: string, body: object): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(running.url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

/** Replaces both files, one after the other, as an operator would. */
function writeCa({ certificatePem, privateKeyPem }: CaMaterial): void {
  for (const [name, text] of [
    ['ca.key', privateKeyPem],
    ['ca.crt', certificatePem],
  ] as const) {
    writeFileSync(join(folder, 'new'), text, { mode: 0o600 });
    renameSync(join(folder, 'new'), join(folder, name));
  }
}

test('a CA in files signs and is trusted, and the next one is when the files are replaced', async () => {
  const now = new Date();
  const conf = { cert: { file: join(folder, 'ca.crt') }, key: { file: join(folder, 'ca.key') } };
  const mtls = { enabledBackend: 'disk', backends: [{ name: 'disk', type: 'provided', conf }] };
  const mesh = { type: 'Mesh', name: 'filed', mtls };
  const refused = await put('/meshes/filed', mesh);
  expect([refused.status, refused.text]).toEqual([
    400,
    expect.stringContaining(
      `could not load data: the file ${conf.cert.file} cannot be read by this control plane (ENOENT)`,
    ),
  ]);
  const [first, next] = await Promise.all([makeBuiltinCa('filed', { now }), makeBuiltinCa('filed', { now })]);
  writeCa(first);
  expect((await put('/meshes/filed', mesh)).status).toBe(201);

  const sidecars = new Sidecars({
    ads: running.ads,
    protocol: 'delta',
    secrets: ['identity_cert:secret:filed', 'mesh_ca:secret:filed'],
  });
  const trusted = async ({ certificatePem }: CaMaterial, act: () => void) => {
    const marker = { typeUrl: TYPE_URL.secret, bytes: Buffer.from(certificatePem.trim()) };
    const watch = sidecars.watch([marker], ['filed.web'], []);
    act();
    return (await sidecars.arrivals(watch, 30_000, 1)).length;
  };
  const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];
  const resource = { type: 'Dataplane', mesh: 'filed', name: 'web', networking: { address: '10.0.0.1', inbound } };
  const connect = () => sidecars.connect([{ id: 'filed.web', resource: JSON.stringify(resource) }]);
  expect(await trusted(first, () => void connect())).toBe(1);
  expect(await trusted(next, () => writeCa(next))).toBe(1);
  sidecars.disconnect(['filed.web']);
  expect(sidecars.failures()).toEqual([]);
});
