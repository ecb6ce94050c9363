import { afterAll, beforeEach, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { DEFAULT_ACCESS } from '../shared/rest/accessLists.ts';
import type { Put, RestDeps } from '../shared/rest/ports.ts';
import { VersionConflict } from '../shared/rest/errors.ts';
import { NOW, type RestFixture, restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const verifyUserToken: RestDeps['verifyUserToken'] = async (token) => {
  if (token === 'admins') return { name: 'ann', groups: ['mesh-system:admin'] };
  if (token === 'johns') return { name: 'john', groups: ['team-a'] };
  throw new Error('revoked');
};

let app: FastifyInstance;
let fixture: RestFixture;
const written: Put[] = [];
const opened: FastifyInstance[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

beforeEach(() => {
  fixture = restFixture({ mode: 'standalone', zone: 'default', environment: 'universal' }, { verifyUserToken });
  const { put } = fixture.resources;
  const writer = {
    ...fixture.resources,
    put: async (one: Put) => {
      written.push(one);
      return put(one);
    },
  };
  app = buildApp({ ...fixture.deps, writer }, { bodyLimit: 4096 });
  opened.push(app);
  fixture.resources.seed(
    { type: 'Mesh', mesh: '', name: 'demo', labels: {}, creationTime: NOW, modificationTime: NOW, spec: {} },
    '',
  );
});

const local = { host: 'localhost:5681' };
const remote = { host: 'cp.example:5681' };
const get = (url: string, headers: Record<string, string>) => app.inject({ method: 'GET', url, headers });
const put = (url: string, body: unknown, headers: Record<string, string>) =>
  app.inject({
    method: 'PUT',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });

test('secrets are for admins: 403 before anything is looked up', async () => {
  const answer = await get('/meshes/demo/secrets/none', remote);
  expect(answer.statusCode).toBe(403);
  expect(answer.json()).toEqual({
    type: '/std-errors',
    status: 403,
    title: 'Access Denied',
    detail: 'user "mesh-system:anonymous/mesh-system:unauthenticated" cannot access the resource of type "Secret"',
    details: 'user "mesh-system:anonymous/mesh-system:unauthenticated" cannot access the resource of type "Secret"',
  });
  expect((await get('/meshes/demo/secrets', remote)).statusCode).toBe(403);
  expect((await get('/global-secrets', { ...remote, authorization: 'Bearer johns' })).statusCode).toBe(403);
  expect((await get('/global-secrets', { ...remote, authorization: 'Bearer admins' })).statusCode).toBe(200);
  expect((await get('/meshes/demo/secrets/none', local)).statusCode).toBe(404);
});

test('writing a secret is told apart from not being allowed to', async () => {
  const body = { type: 'Secret', mesh: 'demo', name: 's', data: 'dGVzdAo=' };
  expect((await put('/meshes/demo/secrets/s', body, remote)).statusCode).toBe(403);
  expect((await put('/meshes/demo/secrets/s', body, local)).statusCode).toBe(201);
  expect((await get('/meshes/demo/secrets/s', local)).json()).toMatchObject({
    type: 'Secret',
    name: 's',
    data: 'dGVzdAo=',
  });
  const kubernetes = (await get('/meshes/demo/secrets/s?format=k8s', local)).json();
  expect(kubernetes).toMatchObject({
    kind: 'Secret',
    apiVersion: 'v1',
    data: { value: 'dGVzdAo=' },
    type: 'system.kuma.io/secret',
  });
});

test('a delete looks for the secret first, whoever asks', async () => {
  const remove = async (name: string) =>
    (await app.inject({ method: 'DELETE', url: `/meshes/demo/secrets/${name}`, headers: remote })).statusCode;
  await put('/meshes/demo/secrets/s', { type: 'Secret', mesh: 'demo', name: 's', data: 'dGVzdAo=' }, local);
  expect(await remove('none')).toBe(404);
  expect(await remove('s')).toBe(403);
});

test('what only some may view is refused to others by name', async () => {
  const nobody = { users: [], groups: [] };
  const access = { ...DEFAULT_ACCESS, controlPlaneMetadata: nobody, viewStats: nobody };
  app = buildApp({ ...fixture.deps, access });
  opened.push(app);
  const who = 'user "mesh-system:anonymous/mesh-system:unauthenticated"';
  expect((await get('/config', remote)).json()).toMatchObject({
    status: 403,
    title: 'Access Denied',
    detail: `${who} cannot access control-plane metadata`,
  });
  expect((await get('/zoneegresses/e/stats', remote)).json()).toMatchObject({
    status: 403,
    title: 'Access Denied',
    detail: `${who} cannot access envoy proxy info`,
  });
});

test('what seals a secret is not shown', async () => {
  const sealed = { keyId: 'k', iv: 'i', ciphertext: 'c' };
  fixture.resources.seed(
    { type: 'Secret', mesh: 'demo', name: 's', labels: {}, creationTime: NOW, modificationTime: NOW, spec: { sealed } },
    '',
  );
  expect((await get('/meshes/demo/secrets/s', local)).body).not.toContain('ciphertext');
});

test('a wrong token is 401, except where nobody has to say who it is', async () => {
  const headers = { ...remote, authorization: 'Bearer old' };
  const answer = await get('/meshes', headers);
  expect(answer.statusCode).toBe(401);
  expect(answer.json()).toMatchObject({ title: 'Invalid authentication data', detail: 'Unauthenticated' });
  expect((await get('/', headers)).statusCode).toBe(200);
  expect((await get('/meshes', { ...local, authorization: 'Bearer old' })).statusCode).toBe(200);
  expect((await get('/meshes', { ...remote, authorization: 'Basic abc' })).statusCode).toBe(200);
});

test('an author is noted with what and why', async () => {
  const headers = {
    ...remote,
    authorization: 'Bearer johns',
    'user-agent': 'kumactl/2.14.3',
    'x-meridian-message': 'calmer ',
  };
  await put('/meshes/m2', { type: 'Mesh', name: 'm2' }, headers);
  expect(written.at(-1)?.author).toEqual({
    user: 'john/team-a,mesh-system:authenticated',
    source: '127.0.0.1',
    client: 'kumactl/2.14.3',
    message: 'calmer',
  });
});

test('a lost race is 409, and what nobody foresaw 500 without its words', async () => {
  const failing = (error: Error) =>
    buildApp({ ...fixture.deps, writer: { ...fixture.resources, put: () => Promise.reject(error) } });
  const request = {
    method: 'PUT',
    url: '/meshes/m2',
    headers: { ...local, 'content-type': 'application/json' },
    payload: '{"type":"Mesh","name":"m2"}',
  } as const;
  const conflict = await failing(new VersionConflict('-/Mesh/m2 is at version 2')).inject(request);
  expect([conflict.statusCode, conflict.json().title]).toEqual([409, 'Conflict']);
  const unavailable = await failing(Object.assign(new Error('log is away'), { name: 'LogUnavailable' })).inject(
    request,
  );
  expect(unavailable.statusCode).toBe(503);
  const bug = await failing(new Error('password=hunter2')).inject(request);
  expect(bug.statusCode).toBe(500);
  expect(bug.json()).toMatchObject({ title: 'Could not process a resource', detail: 'Internal Server Error' });
  expect(bug.body).not.toContain('hunter2');
  expect(fixture.errors).toHaveLength(1);
});

test('a body that is too large is refused', async () => {
  const answer = await put('/meshes/m2', { type: 'Mesh', name: 'm2', labels: { a: 'x'.repeat(5000) } }, local);
  expect(answer.statusCode).toBe(413);
  expect(answer.json()).toMatchObject({ type: '/std-errors', status: 413 });
});
