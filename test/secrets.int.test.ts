import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Sidecars } from './bench/fleet/sidecars.ts';
import { TYPE_URL } from '../shared/xds/snapshot.ts';
import { type BareCluster, startBareCluster } from './support/bareCluster.ts';
import { type TempDir, tempDir } from './support/tempDir.ts';

let data: TempDir;
let cluster: BareCluster;
beforeAll(async () => {
  data = await tempDir('secrets');
  cluster = await startBareCluster(['--data', data.path, '--log-level', 'trace', '--dp-auth', 'none']);
}, 120_000);
afterAll(async () => {
  await cluster?.stop();
  await data?.remove();
}, 60_000);

const JSON_TYPE = { 'content-type': 'application/json' };
const TOP_SECRET = 'the-parrot-sleeps-at-noon-and-nobody-may-know';

async function send(method: string, path: string, body?: object, base = cluster.global.url): Promise<string> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: JSON_TYPE,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  return text;
}

const secretList = z.object({ items: z.array(z.object({ name: z.string(), data: z.string().optional() })) });
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Every secret of the installation as the admin sees it, by name. */
async function allSecrets(): Promise<Map<string, string>> {
  const lists = await Promise.all(
    ['/meshes/default/secrets', '/global-secrets'].map(async (path) =>
      secretList.parse(JSON.parse(await send('GET', path))),
    ),
  );
  return new Map(
    lists.flatMap(({ items }) =>
      items.map(({ name, data: text = '' }) => [name, Buffer.from(text, 'base64').toString('latin1')]),
    ),
  );
}

/** What of a text would give it away, in the forms that it might be written in. */
function formsOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.length >= 32 && !line.startsWith('-----'));
  // Of a longer text its middle tells; base64 depends on where a piece begins.
  const piece = (lines[Math.floor(lines.length / 2)] ?? text).slice(0, 64);
  return [piece, base64(text).slice(0, 64)];
}

/** Files whose purpose is to hold one key, readable by their owner only, and certificates, which are public. */
const KEY_FILES = /\.(key|nk|creds|crt|token|jwt)$|hub\.conf$/;

test('no key, token or secret is written anywhere in clear', async () => {
  const mesh = {
    type: 'Mesh',
    name: 'default',
    mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
  };
  await send('PUT', '/meshes/default', mesh);
  await send('PUT', '/meshes/default/secrets/mine', {
    type: 'Secret',
    mesh: 'default',
    name: 'mine',
    data: base64(TOP_SECRET),
  });
  // Refused, and with that told about in logs: what is in it must not be.
  const refused = fetch(`${cluster.global.url}/meshes/default/secrets/Bad%20Name`, {
    method: 'PUT',
    headers: { ...JSON_TYPE, authorization: `Bearer ${TOP_SECRET}` },
    body: JSON.stringify({ type: 'Secret', mesh: 'default', name: 'Bad Name', data: base64(TOP_SECRET) }),
  });
  expect((await refused).status).toBe(400);
  const dataplaneToken = await send('POST', '/tokens/dataplane', { mesh: 'default', name: 'dp' });
  const userToken = await send('POST', '/tokens/user', { name: 'ann', groups: ['mesh-system:admin'], validFor: '1h' });
  const zoneToken = await send('POST', '/tokens/zone', { zone: 'zone-1', scope: ['cp'], validFor: '1h' });
  await sidecarHasCertificate();

  const secrets = await allSecrets();
  expect([...secrets.keys()]).toContain('default.ca-builtin-key-ca-1');
  const wanted = new Map([
    ...secrets,
    ['dataplane token', dataplaneToken],
    ['user token', userToken],
    ['zone token', zoneToken],
  ]);
  // What Kuma keeps as a secret although everybody may have it.
  for (const name of wanted.keys()) if (/cert/.test(name)) wanted.delete(name);

  // The search itself finds what is there to be found.
  const shown = await send('GET', '/meshes/default/secrets/mine');
  expect(formsOf(TOP_SECRET).some((form) => shown.includes(form))).toBe(true);
  const log = await send('GET', '/log?limit=1000');
  const texts = new Map([['GET /log', log], ...filesBelow(data.path)]);
  expect([...texts.keys()].some((file) => file.includes('logs/zone-1.log'))).toBe(true);
  expect([...texts.keys()].some((file) => file.includes('pglite'))).toBe(true);
  expect([...texts.keys()].some((file) => file.includes('jetstream'))).toBe(true);
  const found = [...texts].flatMap(([file, text]) =>
    [...wanted].flatMap(([name, secret]) =>
      formsOf(secret).some((form) => text.includes(form)) ? [`${name} in ${file}`] : [],
    ),
  );
  expect(found).toEqual([]);
}, 120_000);

/** A sidecar was sent its certificate: so the zone has opened the CA's key and used it. */
async function sidecarHasCertificate(): Promise<void> {
  const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];
  const resource = { type: 'Dataplane', mesh: 'default', name: 'dp', networking: { address: '10.0.0.1', inbound } };
  const sidecars = new Sidecars({
    ads: cluster.zones[0]?.ads ?? '',
    protocol: 'delta',
    secrets: ['identity_cert:secret:default', 'mesh_ca:secret:default'],
  });
  const marker = { typeUrl: TYPE_URL.secret, bytes: Buffer.from('BEGIN CERTIFICATE') };
  const watch = sidecars.watch([marker], ['default.dp'], []);
  sidecars.connect([{ id: 'default.dp', resource: JSON.stringify(resource) }]);
  const arrivals = await sidecars.arrivals(watch, 20_000, 1);
  sidecars.disconnect(['default.dp']);
  expect([arrivals.length, sidecars.failures()]).toEqual([1, []]);
}

function filesBelow(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !KEY_FILES.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readFileSync(path, 'latin1')];
    });
}
