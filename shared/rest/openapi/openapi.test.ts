import { expect, test } from 'vitest';
import { loadRegistry } from '../../../deploy/registry.ts';
import { restFixture } from '../../../test/support/restFixture.ts';
import { KUMA_GLOBAL_TYPES, KUMA_MESH_TYPES, KUMA_POLICIES } from '../crud/kumaTypes.ts';
import type { RestRequest } from '../http.ts';
import { restRoutes } from '../routes.ts';

const { deps } = restFixture(
  { mode: 'global', environment: 'universal' },
  {
    registry: await loadRegistry(),
    inspector: { matchedPolicies: async () => [], destinations: async () => [], dataplanesOf: async () => [] },
  },
);
const routes = restRoutes(deps);

type Operation = { operationId: string; parameters: { name: string; in: string }[]; requestBody?: unknown };
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: Record<string, unknown> }>> };
}
const answer = await routes.find(({ path }) => path === '/openapi')?.handler({} as RestRequest);
const document = answer?.body as OpenApi;

const absent = Object.entries({ ...KUMA_POLICIES, ...KUMA_MESH_TYPES, ...KUMA_GLOBAL_TYPES })
  .filter(([type]) => !deps.registry.byType(type))
  .map(([, { path }]) => path);
const isOfAbsentType = (path: string) => path.split('/').some((step) => absent.includes(step));

test('every route of the types that there are is described once', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = routes
    .filter(({ path }) => path !== '/openapi' && !isOfAbsentType(path))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}')}`);
  expect(described.sort()).toEqual(served.sort());
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

test('every reference leads somewhere, and every parameter of a path is declared', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(50);
  for (const name of references) expect(document.components.schemas).toHaveProperty([name as string]);
  for (const [path, methods] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods))
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(names);
  }
});

test('schemas are those that writes are checked with', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.components.schemas.Mesh).toMatchObject({
    required: ['type', 'name'],
    properties: {
      type: { const: 'Mesh' },
      mtls: { properties: { backends: { items: { properties: { mode: { enum: ['STRICT', 'PERMISSIVE'] } } } } } },
    },
  });
  expect(document.components.schemas.MeshTimeout).toMatchObject({
    required: ['type', 'name', 'mesh', 'spec'],
    properties: { spec: { properties: { to: { items: { properties: { targetRef: { type: 'object' } } } } } } },
  });
  expect(document.paths['/meshes/{mesh}/dataplanes/{name}']?.put?.requestBody).toMatchObject({
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Dataplane' } } },
  });
});

test('a change of several resources is described with its conditions and its key', () => {
  const post = document.paths['/changes']?.post;
  expect(post?.parameters.map(({ name }) => name)).toEqual(['dryRun', 'proxies', 'message', 'Idempotency-Key']);
  expect(post?.requestBody).toMatchObject({
    content: { 'application/json': { schema: { properties: { documents: { type: 'array' }, ifMatch: {} } } } },
  });
});
