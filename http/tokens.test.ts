import { afterAll, expect, test } from 'vitest';
import type { TokenIssuer } from '../shared/rest/ports.ts';
import { restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const issued: unknown[] = [];
const issue = async (request: object) => {
  if ('mesh' in request && request.mesh === 'nomesh')
    throw Object.assign(new Error('there is no signing key with KID 1.'), { name: 'SigningKeyNotFound' });
  issued.push(request);
  return 'header.payload.signature';
};
const tokens: TokenIssuer = { dataplane: issue, zone: issue, user: issue };
const { deps } = restFixture({ mode: 'global', environment: 'universal' }, { tokens });
const app = buildApp(deps);
afterAll(() => app.close());

async function post(kind: string, payload: unknown, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: 'POST',
    url: `/tokens/${kind}`,
    headers: { host: 'localhost:5681', 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  const fields: { field: string; reason: string }[] =
    answer.statusCode === 400 && answer.body ? (answer.json().invalid_parameters ?? []) : [];
  return { answer, fields };
}

test('a token is answered bare, as text', async () => {
  const { answer } = await post('dataplane', {
    name: 'dp-1',
    mesh: 'demo',
    tags: {},
    type: '',
    workload: '',
    validFor: '24h0m0s',
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  expect(answer.body).toBe('header.payload.signature');
  expect(issued.at(-1)).toEqual({
    name: 'dp-1',
    mesh: 'demo',
    tags: {},
    type: '',
    workload: '',
    validForMs: 86_400_000,
  });
});

test('without a lifetime the issuer decides', async () => {
  await post('zone', { zone: 'z1', scope: ['ingress', 'egress'] });
  expect(issued.at(-1)).toEqual({ zone: 'z1', scope: ['ingress', 'egress'] });
});

test('a token may be over before it is issued, as in Kuma', async () => {
  await post('dataplane', { mesh: 'demo', validFor: '-1h' });
  expect(issued.at(-1)).toMatchObject({ mesh: 'demo', validForMs: -3_600_000 });
  await post('user', { name: 'john', validFor: '-1h' });
  expect(issued.at(-1)).toMatchObject({ name: 'john', validForMs: -3_600_000 });
});

test('groups of a user token may be missing', async () => {
  await post('user', { name: 'john', groups: null, validFor: '1h30m' });
  expect(issued.at(-1)).toEqual({ name: 'john', groups: null, validForMs: 5_400_000 });
});

test.each([
  ['dataplane', { name: 'dp-1' }, 'mesh'],
  ['dataplane', { mesh: 'demo', type: 'foo' }, 'type'],
  ['dataplane', { mesh: 'demo', validFor: 'soon' }, 'validFor'],
  ['dataplane', { mesh: 'demo', tags: { a: 'b' } }, 'tags.a'],
  ['zone', { zone: 'z1' }, 'scope'],
  ['user', { validFor: '1h' }, 'name'],
  ['user', { name: 'john' }, 'validFor'],
  ['user', { name: 'john', validFor: '0s' }, 'validFor'],
])('%s %j is refused for its %s', async (kind, body, field) => {
  const { answer, fields } = await post(kind, body);
  expect(answer.statusCode).toBe(400);
  expect(answer.json().title).toBe('Invalid request');
  expect(fields.map((one) => one.field)).toEqual([field]);
});

test('what is not JSON is refused without a word, as in Kuma', async () => {
  const { answer } = await post('zone', 'no');
  expect([answer.statusCode, answer.body]).toEqual([400, '']);
});

test('a mesh without signing key is 404 and says what was looked for', async () => {
  const { answer } = await post('dataplane', { mesh: 'nomesh' });
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({
    title: 'Signing Key not found',
    detail: 'there is no signing key with KID 1.',
  });
});

test('only an admin gets tokens', async () => {
  const { answer } = await post('zone', { zone: 'z1', scope: [] }, { 'x-forwarded-for': '10.0.0.1' });
  expect(answer.statusCode).toBe(403);
  const detail =
    'user "mesh-system:anonymous/mesh-system:unauthenticated" cannot access generate zone token for zone \'z1\'';
  expect(answer.json()).toMatchObject({ title: 'Access Denied', detail });
});
