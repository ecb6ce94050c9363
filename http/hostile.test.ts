import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RestDeps } from '../shared/rest/ports.ts';
import { rawExchange } from '../test/support/rawExchange.ts';
import { restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const logged: unknown[] = [];
const fixture = restFixture(
  { mode: 'global', environment: 'universal' },
  { onError: (error, request) => void logged.push({ error: (error as Error).message, request }) },
);
const failing: RestDeps['writer'] = { ...fixture.resources, put: () => Promise.reject(new Error('broken')) };
const app = buildApp({ ...fixture.deps, writer: failing }, { slowest: { headers: 200, request: 400, checkEvery: 50 } });
let url = '';
beforeAll(async () => {
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

const HOST = 'Host: 127.0.0.1\r\n';

describe('what is no request is answered in Kuma’s words, and the connection closed', () => {
  test.each([
    ['not HTTP', 'nonsense\r\n\r\n', 400, 'Bad Request'],
    ['no host', 'GET /meshes HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
    [
      'too many headers',
      `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
    ],
    ['headers that do not end', `GET / HTTP/1.1\r\n${HOST}`, 408, 'Request Timeout'],
    [
      'a body that does not come',
      `PUT /meshes/m HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\n{`,
      408,
      'Request Timeout',
    ],
  ])('%s', async (_what, bytes, status, title) => {
    const { answer } = await rawExchange(url, bytes, { patience: 20_000 });
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ type: '/std-errors', status, title });
  });
});

test.each([255, 1_025, 12_000])('a name of %d characters is not there', async (length) => {
  const answer = await fetch(`${url}/meshes/${'a'.repeat(length)}`);
  expect([answer.status, await answer.json()]).toMatchObject([404, { title: 'Could not retrieve a resource' }]);
});

test('a fault is logged without what the client sent', async () => {
  const answer = await fetch(`${url}/global-secrets/s`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: 'Bearer hidden-token' },
    body: JSON.stringify({ type: 'GlobalSecret', name: 's', data: Buffer.from('hidden').toString('base64') }),
  });
  expect(answer.status).toBe(500);
  expect(logged).toEqual([{ error: 'broken', request: { method: 'PUT', path: '/global-secrets/s' } }]);
});
