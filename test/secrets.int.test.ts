import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openPolicyLog } from '../global/command/openPolicyLog.ts';
import { isReserved } from '../global/hubAccess/refuseHubKey.ts';
import { makeBuiltinCa } from '../global/mesh/builtinCa.ts';
import { readGlobalSecret } from '../global/hubAccess/readGlobalSecret.ts';
import { Sidecars } from './bench/fleet/sidecars.ts';
import { TYPE_URL } from '../shared/xds/snapshot.ts';
import { eventually } from './support/eventually.ts';
import { type BareCluster, startBareCluster } from './support/bareCluster.ts';
import { type TempDir, tempDir } from './support/tempDir.ts';

let data: TempDir;
let cluster: BareCluster;
beforeAll(async () => {
  data = await tempDir('secrets');
  cluster = await startBareCluster(['--data', data.path, '--log-level', 'trace', '--dp-auth', 'none']);
});
afterAll(async () => {
  await cluster?.stop();
  await data?.remove();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const ZONE_SECRET = 'only-the-people-of-the-valley-know-where-the-spring-is';
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

/** Every secret that a control plane shows an admin, by name. */
async function secretsOf(base: string): Promise<[string, string][]> {
  const lists = await Promise.all(
    ['/meshes/default/secrets', '/global-secrets'].map(async (path) =>
      secretList.parse(JSON.parse(await send('GET', path, undefined, base))),
    ),
  );
  return lists.flatMap(({ items }) =>
    items.map(({ name, data: text = '' }): [string, string] => [name, Buffer.from(text, 'base64').toString('latin1')]),
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

test("the hub's keys are nobody's to read, write or delete, and any other secret is its owner's", async () => {
  const name = 'hub-account-signing-key-1';
  const body = JSON.stringify({ type: 'GlobalSecret', name, data: base64('mine') });
  for (const method of ['GET', 'PUT', 'DELETE', 'PUT?dryRun=true']) {
    const [verb = '', query = ''] = method.split('?');
    const answer = await fetch(`${cluster.global.url}/global-secrets/${name}?${query}`, {
      method: verb,
      headers: JSON_TYPE,
      ...(verb === 'PUT' && { body }),
    });
    expect(answer.status, method).toBe(403);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('is a key of the hub') });
  }
  const mine = { type: 'GlobalSecret', name: 'hub-of-our-own', data: base64('mine') };
  await send('PUT', '/global-secrets/hub-of-our-own', mine);
  expect(await send('GET', '/global-secrets/hub-of-our-own')).toContain(mine.data);
  await send('DELETE', '/global-secrets/hub-of-our-own');
  expect(await send('GET', '/global-secrets/zone-token-signing-key-1')).toContain('"data"');
});

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
  const corporate = await makeBuiltinCa('corp', { now: new Date() });
  const withKey = { cert: { inlineString: corporate.certificatePem }, key: { inlineString: corporate.privateKeyPem } };
  const inline = {
    type: 'Mesh',
    name: 'corp',
    skipCreatingInitialPolicies: ['*'],
    mtls: { enabledBackend: 'ours', backends: [{ name: 'ours', type: 'provided', conf: withKey }] },
  };
  const keptIn = 'corp.ca-provided-key-ours';
  expect(await send('PUT', '/meshes/corp', inline)).toContain(`is kept in the Secret \\"${keptIn}\\"`);
  const shownMesh = await send('GET', '/meshes/corp');
  expect(JSON.parse(shownMesh)).toMatchObject({ mtls: { backends: [{ conf: { key: { secret: keptIn } } }] } });
  // What is shown, and what was written, may be written again and change nothing.
  for (const again of [inline, JSON.parse(shownMesh)]) {
    await send('PUT', '/meshes/corp', again);
    expect(await send('GET', '/meshes/corp')).toBe(shownMesh);
  }
  expect(await send('GET', `/meshes/corp/secrets/${keptIn}`)).toContain(base64(corporate.privateKeyPem));
  const zone = cluster.zones[0]?.url ?? '';
  await send(
    'PUT',
    '/meshes/default/secrets/of-the-zone',
    {
      type: 'Secret',
      mesh: 'default',
      name: 'of-the-zone',
      data: base64(ZONE_SECRET),
    },
    zone,
  );
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
  await sidecarHasCertificate('default');
  await eventually(() => send('GET', '/meshes/corp', undefined, zone));
  await sidecarHasCertificate('corp');

  const secrets = new Map(await secretsOf(cluster.global.url));
  expect([...secrets.keys()].filter((name) => name.startsWith('hub-') || name === 'of-the-zone')).toEqual([]);
  expect([...secrets.keys()]).toContain('default.ca-builtin-key-ca-1');
  const ofZone = new Map((await secretsOf(zone)).map(([name, text]) => [`${name} in the zone`, text]));
  expect(ofZone.get('of-the-zone in the zone')).toBe(ZONE_SECRET);
  // Each has users and an admin of its own.
  expect(ofZone.get('admin-user-token in the zone')).not.toBe(secrets.get('admin-user-token'));
  // The search itself finds what is there to be found.
  const shown = await send('GET', '/meshes/default/secrets/mine');
  expect(formsOf(TOP_SECRET).some((form) => shown.includes(form))).toBe(true);
  const log = await send('GET', '/log?limit=1000');
  const texts = new Map([['GET /log', log], ...filesBelow(data.path)]);
  expect([...texts.keys()].some((file) => file.includes('logs/zone-1.log'))).toBe(true);
  expect([...texts.keys()].some((file) => file.includes('pglite'))).toBe(true);
  expect([...texts.keys()].some((file) => file.includes('jetstream'))).toBe(true);
  const { hubKeys, granted, kept } = await keysOfGlobal();
  expect([...hubKeys.keys()]).toContain('hub-account-signing-key-1');
  const wanted = new Map([
    ...secrets,
    ...ofZone,
    ...hubKeys,
    ['key of a provided CA', corporate.privateKeyPem],
    ['dataplane token', dataplaneToken],
    ['user token', userToken],
    ['zone token', zoneToken],
  ]);
  // What Kuma keeps as a secret although everybody may have it.
  for (const name of wanted.keys()) if (/cert/.test(name)) wanted.delete(name);

  const found = [...texts].flatMap(([file, text]) =>
    [...wanted].flatMap(([name, secret]) =>
      formsOf(secret).some((form) => text.includes(form)) ? [`${name} in ${file}`] : [],
    ),
  );
  expect(found).toEqual([]);

  // Data keys: zones are given those of what they may have, and no others.
  const streams = [...texts].flatMap(([file, text]) => (file.includes('jetstream') ? [text] : [])).join();
  const isSent = (keyId: string) => streams.includes(`cp.key.zone-1.${keyId}`);
  expect([granted.length > 0, granted.filter((keyId) => !isSent(keyId))]).toEqual([true, []]);
  expect([kept.length > 0, kept.filter(isSent)]).toEqual([true, []]);
});

/** What only global may know, read from its data folder once it is stopped: the hub's keys, and ids of data keys. */
async function keysOfGlobal() {
  await cluster.stop();
  const options = { 'store.url': '', 'secrets.keyFile': '', 'secrets.key': '', 'mesh.createDefault': false };
  const { commands, events, keys } = await openPolicyLog({
    ...options,
    'data.dir': join(data.path, 'global'),
    now: () => new Date(),
  });
  const names = (await events.list('GlobalSecret')).map(({ resource }) => resource).filter(isReserved);
  const hubKeys = new Map<string, string>();
  for (const { name } of names) hubKeys.set(name, (await readGlobalSecret(commands, name)) ?? '');
  const granted = await keys.idsForZones();
  const kept = (await keys.ids()).filter((id) => !granted.includes(id));
  await events.close();
  return { hubKeys, granted, kept };
}

/** A sidecar was sent its certificate: so the zone has opened the CA's key and used it. */
async function sidecarHasCertificate(mesh: string): Promise<void> {
  const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];
  const resource = { type: 'Dataplane', mesh, name: 'dp', networking: { address: '10.0.0.1', inbound } };
  const sidecars = new Sidecars({
    ads: cluster.zones[0]?.ads ?? '',
    protocol: 'delta',
    secrets: [`identity_cert:secret:${mesh}`, `mesh_ca:secret:${mesh}`],
  });
  const marker = { typeUrl: TYPE_URL.secret, bytes: Buffer.from('BEGIN CERTIFICATE') };
  const id = `${mesh}.dp`;
  const watch = sidecars.watch([marker], [id], []);
  sidecars.connect([{ id, resource: JSON.stringify(resource) }]);
  const arrivals = await sidecars.arrivals(watch, 20_000, 1);
  sidecars.disconnect([id]);
  expect([arrivals.length, sidecars.failures()]).toEqual([1, []]);
}

function filesBelow(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !KEY_FILES.test(entry.name))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      try {
        return [[relative(folder, path), readFileSync(path, 'latin1')]];
      } catch (error) {
        // Databases and nats-servers at work put files away.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    });
}
