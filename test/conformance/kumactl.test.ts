import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadRegistry } from '../../deploy/registry.ts';
import { KUMA_GLOBAL_TYPES, KUMA_MESH_TYPES, KUMA_POLICIES } from '../../shared/rest/crud/kumaTypes.ts';
import { NOW, restFixture } from '../support/restFixture.ts';
import { buildApp } from '../../http/app.ts';

const registry = await loadRegistry();
const list = z.object({
  total: z.number(),
  items: z.array(z.looseObject({ name: z.string() })),
  next: z.url().nullable(),
});
const resources = z.object({
  resources: z.array(z.object({ name: z.string(), path: z.string(), scope: z.enum(['Mesh', 'Global']) })),
});
/** What `kumactl export` takes from an object: it may have more. */
const kubernetes = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
const problem = z.object({ title: z.string().min(1), status: z.literal(404), detail: z.string() });

/** A control plane with a mesh and many Dataplanes, asked as kumactl asks: from its own host. */
function served(mode: 'global' | 'zone' | 'standalone') {
  const zone = mode === 'global' ? {} : { zone: 'east' };
  const { deps, resources: store } = restFixture(
    { mode, environment: 'universal', ...zone },
    {
      registry,
      inspector: {
        matchedPolicies: async () => [],
        destinations: async () => [],
        dataplanesOf: async () => [],
      },
    },
  );
  const at = { creationTime: NOW, modificationTime: NOW };
  store.seed({ type: 'Mesh', mesh: '', name: 'demo', labels: {}, spec: {}, ...at }, '');
  for (let i = 0; i < 250; i++) {
    const spec = { networking: { address: '10.0.0.1', inbound: [{ port: 80, tags: { 'kuma.io/service': 'web' } }] } };
    const labels = { team: i % 2 ? 'a' : 'b' };
    const name = `dp-${String(i).padStart(3, '0')}`;
    store.seed({ type: 'Dataplane', mesh: 'demo', name, labels, spec, ...at }, mode === 'global' ? '' : 'east');
  }
  const app = buildApp(deps);
  const get = async (url: string) => {
    const headers = { host: '127.0.0.1:5681', accept: 'application/json' };
    const { statusCode, json, headers: answered } = await app.inject({ method: 'GET', url, headers });
    return { status: statusCode, type: answered['content-type'], body: json() as unknown };
  };
  return { get, close: () => app.close() };
}

const ABSENT = Object.values({ ...KUMA_POLICIES, ...KUMA_MESH_TYPES }).map(({ path }) => `/meshes/demo/${path}`);
const collections = [
  ...registry.all
    .filter(({ internal }) => !internal)
    .map(({ scope, path }) => (scope === 'Mesh' ? `/meshes/demo/${path}` : `/${path}`)),
  ...ABSENT,
  ...Object.values(KUMA_GLOBAL_TYPES).map(({ path }) => `/${path}`),
];

describe.each(['global', 'zone', 'standalone'] as const)('kumactl at a control plane of mode %s', (mode) => {
  test('gets the list of every type that Kuma has, and a friendly 404 of one that is not there', async () => {
    const { get, close } = served(mode);
    expect(new Set(collections).size).toBeGreaterThanOrEqual(53);
    for (const collection of collections) {
      const answer = await get(collection);
      expect([answer.status, answer.type], collection).toEqual([200, 'application/json']);
      expect(list.safeParse(answer.body).error, collection).toBeUndefined();
      if (collection.endsWith('/service-insights')) continue; // counted for whatever name is asked
      const missing = await get(`${collection}/none`);
      expect(problem.safeParse(missing.body).error, collection).toBeUndefined();
    }
    await close();
  });

  test('exports: what the catalogue names is listed', async () => {
    const { get, close } = served(mode);
    const catalogue = resources.parse((await get('/_resources')).body).resources;
    expect(catalogue.map(({ name }) => name)).toContain('MeshTimeout');
    for (const { path, scope } of catalogue) {
      const { status } = await get(scope === 'Mesh' ? `/meshes/demo/${path}` : `/${path}`);
      expect([path, status]).toEqual([path, 200]);
    }
    await close();
  });

  test('exports for Kubernetes: whatever is listed has that form, too', async () => {
    const { get, close } = served(mode);
    const catalogue = resources.parse((await get('/_resources')).body).resources;
    const exported: string[] = [];
    for (const { name: type, path, scope } of catalogue) {
      if (type === 'ServiceInsight') continue; // Kuma, too, answers it in one form only
      const collection = scope === 'Mesh' ? `/meshes/demo/${path}` : `/${path}`;
      for (const { name } of list.parse((await get(`${collection}?size=1`)).body).items) {
        const { status, body } = await get(`${collection}/${name}?format=k8s`);
        expect([status, kubernetes.safeParse(body).error], `${collection}/${name}`).toEqual([200, undefined]);
        exported.push(type);
      }
    }
    expect(exported).toEqual(expect.arrayContaining(['Dataplane', 'Mesh']));
    await close();
  });

  test('gets a hundred at a time, and all of them by following next, with the filters kept', async () => {
    const { get, close } = served(mode);
    const first = list.parse((await get('/meshes/demo/dataplanes')).body);
    expect([first.total, first.items.length]).toEqual([250, 100]);
    for (const [start, total] of [
      ['/meshes/demo/dataplanes', 250],
      ['/dataplanes?size=60&filter[labels.team]=a', 125],
      ['/meshes/demo/dataplanes/_overview?tag=kuma.io/service:web&name=dp-1', 100],
    ] as const) {
      const names: string[] = [];
      for (let url: string | undefined = start; url; ) {
        const page: z.infer<typeof list> = list.parse((await get(url)).body);
        expect(page.total).toBe(total);
        names.push(...page.items.map(({ name }) => name));
        url = page.next?.replace('http://127.0.0.1:5681', '');
      }
      expect([start, new Set(names).size, names]).toEqual([start, total, [...names].sort()]);
    }
    await close();
  });
});
