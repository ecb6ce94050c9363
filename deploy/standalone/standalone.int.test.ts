import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { loadRegistry } from '../registry.ts';
import { readStandaloneConfig } from './config.ts';
import { type Standalone, runStandalone } from './main.ts';

const registry = await loadRegistry();
/** What most tests write to. */
let running: Standalone;

beforeAll(async () => {
  const { path, remove } = await tempDir('standalone');
  running = await start(path);
  return async () => {
    await running.stop();
    await remove();
  };
});

function start(directory: string): Promise<Standalone> {
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: directory,
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
  });
  return runStandalone(config, { registry, version: 'test' });
}

type Body = Record<string, unknown>;

async function send(to: Standalone, method: string, path: string, body?: unknown) {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(to.url + path, { ...init, headers: { 'content-type': 'application/json' } });
  const text = await response.text();
  return { status: response.status, text, body: text.startsWith('{') ? (JSON.parse(text) as Body) : {} };
}

const names = (body: Body) => (body.items as { name: string }[]).map(({ name }) => name);

const dataplane = {
  type: 'Dataplane',
  mesh: 'default',
  name: 'a',
  networking: { address: '127.0.0.1', inbound: [{ port: 80, tags: { 'kuma.io/service': 'a' } }] },
};
const timeout = (requestTimeout: string) => ({
  type: 'MeshTimeout',
  mesh: 'default',
  name: 't',
  spec: {
    targetRef: { kind: 'Mesh' },
    to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout } } }],
  },
});

test('says what an unfederated zone of Kuma says', async () => {
  const index = await send(running, 'GET', '/');
  expect(index.body).toMatchObject({ product: 'Kuma', clusterId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect((await send(running, 'GET', '/config')).body).toMatchObject({
    mode: 'zone',
    environment: 'universal',
    store: { type: 'memory' },
    multizone: { zone: { name: 'default' } },
  });
  const { resources } = (await send(running, 'GET', '/_resources')).body as {
    resources: { name: string; readOnly: boolean }[];
  };
  const readOnly = resources.filter((one) => one.readOnly).map(({ name }) => name);
  expect(readOnly.every((name) => name.endsWith('Insight'))).toBe(true);
  expect(names((await send(running, 'GET', '/zones')).body)).toEqual(['default']);
});

test('proves that its view is what the log says, in both places where the state of zones is asked', async () => {
  const policy = { ...timeout('7s'), name: 'proof' };
  expect((await send(running, 'PUT', '/meshes/default/meshtimeouts/proof', policy)).status).toBe(201);
  const proven = { name: 'default', state: 'online', inSync: true, digestEqual: true, lag: 0, quarantined: 0 };
  await vi.waitFor(async () => expect((await send(running, 'GET', '/sync')).body).toMatchObject({ items: [proven] }), {
    timeout: 20_000,
    interval: 25,
  });
  const { body } = await send(running, 'GET', '/zones+insights');
  const { items } = body as { items: { zoneInsight: { sync: { position: number }; subscriptions: Body[] } }[] };
  expect(items[0]?.zoneInsight.sync).toMatchObject(proven);
  expect(items[0]?.zoneInsight.sync.position).toBeGreaterThan(0);
  expect(items[0]?.zoneInsight.subscriptions[0]).not.toHaveProperty('disconnectTime');
});

test('accepts what global accepts and what a zone accepts, and shows it at once', async () => {
  const mesh = { type: 'Mesh', name: 'm', mtls: { enabledBackend: 'c', backends: [{ name: 'c', type: 'builtin' }] } };
  expect((await send(running, 'PUT', '/meshes/m', mesh)).status).toBe(201);
  expect(names((await send(running, 'GET', '/meshes/m/secrets')).body)).toEqual([
    'dataplane-token-signing-key-m-1',
    'm.ca-builtin-cert-c',
    'm.ca-builtin-key-c',
  ]);

  expect((await send(running, 'PUT', '/meshes/default/meshtimeouts/t', timeout('1s'))).status).toBe(201);
  expect((await send(running, 'PUT', '/meshes/default/meshtimeouts/t', timeout('2s'))).status).toBe(200);
  const written = (await send(running, 'GET', '/meshes/default/meshtimeouts/t')).body;
  expect(written).toMatchObject({
    labels: { 'kuma.io/origin': 'zone', 'kuma.io/zone': 'default', 'kuma.io/env': 'universal' },
    spec: { to: [{ default: { http: { requestTimeout: '2s' } } }] },
  });

  expect((await send(running, 'PUT', '/meshes/default/dataplanes/a', dataplane)).status).toBe(201);
  expect((await send(running, 'GET', '/meshes/default/dataplanes/a')).body).toMatchObject({
    networking: { inbound: [{ tags: { 'kuma.io/zone': 'default' } }] },
  });
  expect((await send(running, 'GET', '/meshes/default/meshtimeouts/t/_resources/dataplanes')).body).toMatchObject({
    total: 1,
  });
  expect((await send(running, 'PUT', '/zones/other', { type: 'Zone', name: 'other' })).status).toBe(201);
  expect(names((await send(running, 'GET', '/zones')).body)).toEqual(['default', 'other']);
});

test('a default policy can be written again as it is shown', async () => {
  const path = '/meshes/default/meshtimeouts/mesh-timeout-all-default';
  const shown = (await send(running, 'GET', path)).body;
  // kumactl sends the labels of the file only, so the control plane has to compute its own ones again.
  const { labels: _, ...file } = shown;
  expect(await send(running, 'PUT', path, file)).toMatchObject({ status: 200, body: {} });
});

test('issues tokens of all kinds', async () => {
  const requests = {
    dataplane: { mesh: 'default', name: 'a', validFor: '1h' },
    zone: { zone: 'default', scope: ['ingress'], validFor: '1h' },
    user: { name: 'jane', groups: ['team'], validFor: '1h' },
  };
  for (const [kind, body] of Object.entries(requests)) {
    expect((await send(running, 'POST', `/tokens/${kind}`, body)).text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  }
});

test('what was written is there after a restart, deletions too; the log goes on', async () => {
  const { path: directory, remove } = await tempDir('standalone');
  onTestFinished(remove);
  const first = await start(directory);
  const { clusterId } = (await send(first, 'GET', '/')).body;
  await send(first, 'PUT', '/meshes/default/meshtimeouts/t', timeout('1s'));
  await send(first, 'PUT', '/meshes/default/dataplanes/a', dataplane);
  await send(first, 'PUT', '/meshes/default/dataplanes/b', { ...dataplane, name: 'b' });
  await send(first, 'DELETE', '/meshes/default/dataplanes/b');
  await send(first, 'PUT', '/meshes/default/secrets/s', { type: 'Secret', mesh: 'default', name: 's', data: 'AAEC' });
  await send(first, 'PUT', '/meshes/default/secrets/s', { type: 'Secret', mesh: 'default', name: 's', data: 'AwQF' });
  await first.stop();

  const second = await start(directory);
  onTestFinished(() => second.stop());
  expect((await send(second, 'GET', '/')).body).toMatchObject({ clusterId });
  expect(names((await send(second, 'GET', '/meshes/default/dataplanes')).body)).toEqual(['a']);
  expect((await send(second, 'GET', '/meshes/default/secrets/s')).body).toMatchObject({ data: 'AwQF' });
  expect((await send(second, 'PUT', '/meshes/default/meshtimeouts/t', timeout('9s'))).status).toBe(200);
  const { items } = (await send(second, 'GET', '/log?name=t&order=asc')).body as { items: { type: string }[] };
  expect(items.map(({ type }) => type)).toEqual(['ResourceCreated', 'ResourceUpdated']);
});

test('of two on one folder the second says why it cannot start', async () => {
  const { settings } = (await send(running, 'GET', '/config')).body as { settings: Record<string, string> };
  await expect(start(settings['data.dir'] ?? '')).rejects.toThrow(/^the data folder .*global is in use by process \d+/);
});

test('several resources are one change of the log, answered once for each idempotency key', async () => {
  const change = async (key: string, documents: readonly object[]) => {
    const response = await fetch(`${running.url}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ documents }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const documents = [
    { ...timeout('1s'), mesh: 'together' },
    { ...dataplane, mesh: 'together' },
    { type: 'Mesh', name: 'together', mtls: { enabledBackend: 'c', backends: [{ name: 'c', type: 'builtin' }] } },
  ];
  const first = await change('key-1', documents);
  expect(first).toMatchObject({
    status: 200,
    body: {
      resources: [
        { type: 'Mesh', name: 'together', status: 'created' },
        { type: 'MeshTimeout', mesh: 'together', name: 't', status: 'created' },
        { type: 'Dataplane', mesh: 'together', name: 'a', status: 'created' },
      ],
    },
  });
  const { items } = (await send(running, 'GET', `/log?change=${first.body.change}`)).body as {
    items: { change: { index: number; size: number }; key: { type: string } }[];
  };
  expect(items.length).toBe(items[0]?.change.size);
  expect(items.map(({ key }) => key.type)).toEqual(expect.arrayContaining(['Mesh', 'MeshTimeout', 'Secret']));

  await send(running, 'PUT', '/meshes/together/meshtimeouts/t', { ...timeout('9s'), mesh: 'together' });
  const again = await change('key-1', documents);
  expect(again.body).toMatchObject({ change: first.body.change, position: first.body.position });
  expect((await send(running, 'GET', '/meshes/together/meshtimeouts/t')).text).toContain('9s');
  expect((await change('key-1', documents.slice(0, 1))).status).toBe(422);
});

test('a change is written upon what its author read only, and a repeated one is answered all the same', async () => {
  const change = async (key: string, body: object) => {
    const response = await fetch(`${running.url}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const documents = [
    { type: 'Mesh', name: 'matched' },
    { ...timeout('1s'), mesh: 'matched' },
  ];
  expect((await change('match-1', { documents, ifMatch: [null, '*'] })).body).toMatchObject({
    status: 412,
    invalid_parameters: [{ field: 'documents[1]', reason: expect.stringContaining('does not exist') }],
  });
  expect((await send(running, 'GET', '/meshes/matched')).status, 'nothing was applied').toBe(404);

  await change('match-2', { documents });
  const etag = (await fetch(`${running.url}/meshes/matched/meshtimeouts/t`)).headers.get('etag');
  const body = { documents: [{ ...timeout('2s'), mesh: 'matched' }], ifMatch: [etag] };
  const first = await change('match-3', body);
  expect(first.body).toMatchObject({ resources: [{ name: 't', status: 'updated' }] });
  expect((await change('match-3', body)).body).toEqual(first.body);
  expect((await change('match-4', body)).status, 'it moved on').toBe(412);
});

test('what is deleted is part of the change: upon its conditions, looked at with the documents, and answered once', async () => {
  const change = async (body: object, key: string = crypto.randomUUID()) => {
    const response = await fetch(`${running.url}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const mesh = { type: 'Mesh', name: 'less' };
  const backends = [{ name: 'c', type: 'builtin' }];
  await change({
    documents: [
      { ...mesh, mtls: { enabledBackend: 'c', backends } },
      { ...timeout('1s'), mesh: 'less' },
    ],
  });
  const policy = { type: 'MeshTimeout', mesh: 'less', name: 't' };
  const ca = { type: 'Secret', mesh: 'less', name: 'less.ca-builtin-cert-c' };

  const refusals: [object, number, object][] = [
    [{ deletions: [] }, 400, { field: 'documents' }],
    [{ deletions: [{ ...policy, ifMatch: '"99"' }] }, 412, { field: 'deletions[0]' }],
    [{ deletions: [{ ...policy, name: 'absent' }] }, 412, { reason: expect.stringContaining('does not exist') }],
    [{ deletions: [policy, policy] }, 400, { reason: 'is the same resource as deletions[0]' }],
    [{ documents: [mesh], deletions: [mesh] }, 400, { reason: 'is the same resource as documents[0]' }],
    [{ documents: [{ ...timeout('2s'), mesh: 'less' }], deletions: [mesh] }, 400, { field: 'deletions[0].name' }],
    [{ deletions: [ca] }, 400, { reason: expect.stringContaining('is currently in use') }],
    [{ deletions: [{ ...dataplane, networking: undefined }] }, 400, { field: 'deletions[0].type' }],
  ];
  for (const [body, status, fault] of refusals)
    expect(await change(body)).toMatchObject({ status, body: { status, invalid_parameters: [fault] } });

  const tried = await fetch(`${running.url}/changes?dryRun=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documents: [mesh], deletions: [policy] }),
  });
  expect(await tried.json()).toMatchObject({
    dryRun: {
      resources: [
        { type: 'Mesh', status: 'updated' },
        { ...policy, status: 'deleted', etag: '"1"', diff: [] },
      ],
    },
  });
  expect((await send(running, 'GET', '/meshes/less/meshtimeouts/t')).status, 'nothing was applied').toBe(200);

  const both = { documents: [mesh], deletions: [{ ...policy, ifMatch: '"1"' }, ca] };
  const first = await change(both, 'less');
  expect(first).toMatchObject({
    status: 200,
    body: { resources: [{ status: 'updated' }, { ...policy, status: 'deleted' }, { ...ca, status: 'deleted' }] },
  });
  expect(await change(both, 'less'), 'it comes again').toEqual(first);
  const { items } = (await send(running, 'GET', `/log?change=${first.body.change}`)).body as {
    items: { type: string; key: { type: string } }[];
  };
  expect(items.map(({ type, key }) => `${type} ${key.type}`).sort()).toEqual([
    'ResourceDeleted MeshTimeout',
    'ResourceDeleted Secret',
    'ResourceUpdated Mesh',
  ]);

  await change({ deletions: [mesh, { type: 'Secret', mesh: 'less', name: 'dataplane-token-signing-key-less-1' }] });
  expect((await send(running, 'GET', '/meshes/less')).status, 'it is gone with all that was in it').toBe(404);
});
