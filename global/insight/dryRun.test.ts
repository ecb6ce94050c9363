import { expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { View } from '../../shared/view/view.ts';
import { resourceOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { dryRun } from './dryRun.ts';

const registry = await loadRegistry();

const dataplane = (origin: string, mesh: string, name: string, service: string, port: number): WrittenResource => ({
  origin,
  type: 'Dataplane',
  mesh,
  name,
  networking: {
    address: '127.0.0.1',
    inbound: [{ port, tags: { 'kuma.io/service': service, 'kuma.io/protocol': 'http' } }],
    outbound: [{ port: port + 1, tags: { 'kuma.io/service': 'backend' } }],
  },
});
const timeout = (name: string, targetRef: object, connectionTimeout: string): Resource =>
  resourceOf({
    type: 'MeshTimeout',
    mesh: 'demo',
    name,
    spec: { targetRef, to: [{ targetRef: { kind: 'Mesh' }, default: { connectionTimeout } }] },
  });

/** Two zones with one caller each, and one of another mesh. */
function world() {
  const zones = new View();
  const written = [
    dataplane('east', 'demo', 'web-1', 'web', 8000),
    dataplane('east', 'demo', 'backend-1', 'backend', 9000),
    dataplane('west', 'demo', 'web-1', 'web', 8000),
    dataplane('west', 'other', 'web-1', 'web', 8000),
  ];
  for (const one of written) {
    const resource = resourceOf(one);
    zones.apply({ origin: one.origin ?? '', key: resource, resource, version: 1 });
  }
  const policies = [
    resourceOf({ type: 'Mesh', name: 'demo' }),
    resourceOf({ type: 'Mesh', name: 'other' }),
    timeout('all', { kind: 'Mesh' }, '3s'),
  ];
  const list = async (type: string) =>
    policies.filter((one) => one.type === type).map((resource) => ({ resource, version: 1 }));
  const run = dryRun({ registry, zones, vipPort: () => 80, log: { list } });
  const changed = async (change: Parameters<typeof run>[0][number]) =>
    (await run([change])).map(({ proxy, diff }) => ({
      proxy: `${proxy.origin}/${proxy.resource.mesh}/${proxy.resource.name}`,
      diff,
    }));
  return { changed, zones, together: run };
}

const CLUSTER = '/type.googleapis.com~1envoy.config.cluster.v3.Cluster';

test('tells which proxies a policy would change, and what', async () => {
  const { changed, zones } = world();
  const resource = timeout('all', { kind: 'Mesh' }, '7s');
  const diff = [{ op: 'replace', path: `${CLUSTER}/backend/connectTimeout`, value: '7s' }];
  const revision = zones.revision;
  expect(await changed({ key: resource, resource })).toEqual([
    { proxy: 'east/demo/web-1', diff },
    { proxy: 'east/demo/backend-1', diff },
    { proxy: 'west/demo/web-1', diff },
  ]);
  expect(zones.revision, 'nothing was changed').toBe(revision);
});

test('of the proxies that it selects only', async () => {
  const { changed } = world();
  const web = { kind: 'MeshSubset', tags: { 'kuma.io/service': 'web' } };
  const resource = timeout('web', web, '7s');
  expect((await changed({ key: resource, resource })).map(({ proxy }) => proxy)).toEqual([
    'east/demo/web-1',
    'west/demo/web-1',
  ]);
});

test('several writes are tried together', async () => {
  const { changed, together } = world();
  const all = timeout('all', { kind: 'Mesh' }, '7s');
  const web = timeout('web', { kind: 'MeshSubset', tags: { 'kuma.io/service': 'web' } }, '9s');
  const writes = [all, web].map((resource) => ({ key: resource, resource }));
  const connectTimeout = (value: string) => [{ op: 'replace', path: `${CLUSTER}/backend/connectTimeout`, value }];
  expect((await together(writes)).map(({ diff }) => diff)).toEqual([
    connectTimeout('9s'),
    connectTimeout('7s'),
    connectTimeout('9s'),
  ]);
  expect((await changed({ key: all, resource: all })).length).toBe(3);
});

test('a deletion gives back what was there before', async () => {
  const { changed } = world();
  const [first] = await changed({ key: timeout('all', {}, ''), resource: null });
  expect(first?.diff).toEqual([{ op: 'replace', path: `${CLUSTER}/backend/connectTimeout`, value: '5s' }]);
});

test('a mesh that is to leave by the egress changes the egress and who calls other zones', async () => {
  const { changed, zones } = world();
  const networking = { address: '10.0.0.1', port: 10001 };
  for (const [origin, one] of [
    ['east', { type: 'ZoneEgress', name: 'out', networking }],
    [
      'north',
      {
        type: 'ZoneIngress',
        name: 'in',
        networking: { ...networking, advertisedAddress: '192.0.2.1', advertisedPort: 10001 },
        availableServices: [{ mesh: 'demo', instances: 1, tags: { 'kuma.io/service': 'far' } }],
      },
    ],
  ] as const) {
    const resource = resourceOf(one);
    zones.apply({ origin, key: resource, resource, version: 1 });
  }
  const resource = resourceOf({
    type: 'Mesh',
    name: 'demo',
    mtls: { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] },
    routing: { zoneEgress: true },
  });
  const egress = (await changed({ key: resource, resource })).find(({ proxy }) => proxy === 'east//out');
  expect(egress?.diff).toContainEqual(expect.objectContaining({ op: 'add', path: expect.stringContaining(CLUSTER) }));
});

test('what is nothing to anybody changes nothing', async () => {
  const { changed } = world();
  const resource = timeout('all', { kind: 'Mesh' }, '3s');
  expect(await changed({ key: resource, resource })).toEqual([]);
});
