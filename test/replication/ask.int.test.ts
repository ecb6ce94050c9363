import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Process } from '../../deploy/process/process.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { askEnvoyAdmin } from '../../nats/askEnvoyAdmin.ts';
import { ANSWER_PREFIX, ASK_ERROR, askSubject } from '../../shared/event/ask.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { EnvoyAdmin, Stored } from '../../shared/rest/ports.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { View } from '../../shared/view/view.ts';
import { answerAsks } from '../../zone/ask/answerAsks.ts';
import { anyEnvoyAdmin } from '../../zone/ask/anyEnvoyAdmin.ts';
import { connectToLeaf, type LeafConnection } from '../../zone/leaf/leafConnection.ts';
import { envoyAdmin } from '../../zone/store/envoyAdmin.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';
import { eventually } from '../support/eventually.ts';
import { type Hub, type Leaf, resource, startHub, startLeaf } from './wiring.ts';

const INSTANCE = 'cp-1';
let folder: TempDir;
let hub: Hub;
let leaf: Leaf;
let connection: LeafConnection;
let envoy: Process;
let admin: EnvoyAdmin;
const errors: Error[] = [];
const never = () => Promise.reject(new Error('asked here'));

/** What the zone says of a proxy, as global folds it. */
const zones = new View();
const tell = (one: Resource) => zones.apply({ origin: 'zone-a', key: one, resource: one, version: 1 });
const dataplane = (name: string): Stored => ({
  resource: resource('Dataplane', name, { networking: { address: '127.0.0.1', inbound: [{ port: 80 }] } }, 'demo'),
  version: 1,
  origin: 'zone-a',
});
const insight = (name: string, instance: string) =>
  resource('DataplaneInsight', name, { subscriptions: [{ id: 's', controlPlaneInstanceId: instance }] }, 'demo');

beforeAll(async () => {
  folder = await tempDir('ask');
  hub = await startHub(folder.path);
  leaf = await startLeaf('zone-a', hub, folder.path);
  connection = await connectToLeaf({
    url: leaf.url,
    ca: leaf.ca,
    user: leaf.user,
    zone: 'zone-a',
  });
  const socket = join(folder.path, 'admin.sock');
  const bootstrap = join(folder.path, 'envoy.json');
  await writeFile(
    bootstrap,
    JSON.stringify({ node: { id: 'demo.web-1', cluster: 'web' }, admin: { address: { pipe: { path: socket } } } }),
  );
  envoy = new Process({ name: 'envoy', file: toolPath('envoy'), args: ['-c', bootstrap, '--disable-hot-restart'] });
  await eventually(() => expect(existsSync(socket)).toBe(true));

  const view = new View();
  const { resource: web } = dataplane('web-1');
  view.apply({ origin: 'zone-a', key: web, resource: web, version: 1 });
  const proxies = new Map([['demo.web-1', { metadata: { adminSocket: socket } } as unknown as Proxy]]);
  answerAsks({
    leaf: connection,
    zone: 'zone-a',
    instance: INSTANCE,
    view,
    envoyAdmin: envoyAdmin({ proxies }, () => ({ certificatePem: '', privateKeyPem: '', trustedPem: '' })),
    onError: (error) => errors.push(error),
  });
  for (const name of ['web-1', 'gone-1']) tell(insight(name, INSTANCE));
  tell(insight('lost-1', 'cp-2'));
  admin = askEnvoyAdmin({ connection: hub.connection, view: zones });
  // the leaf link comes up a moment after the server, and tells of the subscription then
  await eventually(() => admin.clusters(dataplane('web-1'), { json: false }));
});

afterAll(async () => {
  await envoy?.stop();
  await connection?.nats.close();
  await hub?.stop();
  await leaf?.stop();
  await folder?.remove();
  expect(errors).toEqual([]);
});

it("brings what a proxy's Envoy says from the zone to global", async () => {
  const dump = JSON.parse(await admin.xds(dataplane('web-1'), { includeEds: true }));
  expect(dump.configs[0].bootstrap.node.id).toBe('demo.web-1');
  const stats = await admin.stats(dataplane('web-1'), { json: false, usedOnly: false });
  expect(stats).toMatch(/^server\.state: 0$/m);
  const json = await admin.stats(dataplane('web-1'), { json: true, usedOnly: false });
  expect(JSON.parse(json).stats).toContainEqual({ name: 'server.state', value: 0 });
});

it('the other control planes of the zone ask the one that holds the proxy', async () => {
  const here: EnvoyAdmin = { xds: never, stats: never, clusters: never };
  const others = askEnvoyAdmin({ connection, view: zones });
  const sibling = anyEnvoyAdmin({ view: zones, instance: 'cp-3', here, others });
  expect(await sibling.stats(dataplane('web-1'), { json: false, usedOnly: false })).toMatch(/^server\.state: 0$/m);
  const holder = anyEnvoyAdmin({ view: zones, instance: INSTANCE, here, others });
  await expect(holder.clusters(dataplane('web-1'), { json: false })).rejects.toThrow('asked here');
  await expect(sibling.clusters(dataplane('never-1'), { json: false }), 'connected nowhere').rejects.toThrow(
    'asked here',
  );
});

it('goes on after a question that is none, and after an answer that is none', async () => {
  const { nats } = hub.connection;
  const refused = await nats.request(askSubject('zone-a', INSTANCE), '{', {
    timeout: 10_000,
    noMux: true,
    reply: `${ANSWER_PREFIX}.zone-a.test`,
  });
  expect(refused.headers?.get(ASK_ERROR)).not.toBe('');
  tell(insight('liar-1', 'liar'));
  connection.nats.subscribe(askSubject('zone-a', 'liar'), {
    callback: (_error, message) => void message.respond('no gzip'),
  });
  await eventually(() =>
    expect(admin.clusters(dataplane('liar-1'), { json: false })).rejects.toThrow(
      'the answer of the zone could not be read',
    ),
  );
  expect(await admin.clusters(dataplane('web-1'), { json: false })).toBeTypeOf('string');
});

it('says why there is no answer', async () => {
  const asking = (name: string) => admin.clusters(dataplane(name), { json: false });
  await expect(asking('never-1')).rejects.toThrow(
    'the proxy "never-1" is not connected to a control plane of zone "zone-a"',
  );
  await expect(asking('gone-1'), 'the zone answers that it knows no such proxy').rejects.toThrow(
    'zone "zone-a" knows no Dataplane "gone-1"',
  );
  await expect(asking('lost-1'), 'nobody listens for that instance').rejects.toThrow(
    'the control plane "cp-2" of zone "zone-a" cannot be reached',
  );
  await expect(asking('gone-1')).rejects.toHaveProperty('name', 'ProxyUnreachable');
});
