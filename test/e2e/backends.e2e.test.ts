import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOf } from '../../deploy/demo/ground.ts';
import type { RestBody } from '../../deploy/demo/mesh.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { until } from '../../deploy/demo/until.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { type StandaloneMesh, startStandaloneMesh } from '../support/standaloneMesh.ts';

interface Span {
  readonly kind: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly localEndpoint: { readonly serviceName: string };
}

const spans: Span[] = [];
let lines = '';
const servers: Server[] = [];
let prepared: DeathlessGround;
let mesh: StandaloneMesh;
let file: string;

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Takes access logs by TCP. */
const startCollector = () =>
  listening(
    createTcpServer((socket) => {
      socket.on('data', (chunk) => {
        lines += chunk;
      });
      socket.on('error', () => {});
    }),
  );

/** Takes spans as Zipkin does. */
const startZipkin = () =>
  listening(
    createHttpServer(async (request, response) => {
      if (request.method === 'POST' && request.url === '/api/v2/spans')
        spans.push(...((await json(request)) as Span[]));
      response.writeHead(202).end();
    }),
  );

const put = (path: string, body: object) => mesh.standalone.api.send('PUT', path, { body });

beforeAll(async () => {
  prepared = deathlessGround();
  mesh = await startStandaloneMesh(prepared.ground, 'default');
  file = join(folderOf(prepared.ground, 'access-logs'), 'access.log');
  const [tcp, zipkin] = await Promise.all([startCollector(), startZipkin()]);
  const { api } = mesh.standalone;
  await put('/meshes/default', {
    ...((await api.get('/meshes/default')) as RestBody),
    logging: {
      defaultBackend: 'collector',
      backends: [
        { name: 'collector', type: 'tcp', conf: { address: `127.0.0.1:${tcp}` } },
        {
          name: 'lines',
          type: 'file',
          format: '%KUMA_SOURCE_SERVICE%->%KUMA_DESTINATION_SERVICE% %RESPONSE_CODE%',
          conf: { path: file },
        },
      ],
    },
    tracing: {
      defaultBackend: 'spans',
      backends: [{ name: 'spans', type: 'zipkin', conf: { url: `http://127.0.0.1:${zipkin}/api/v2/spans` } }],
    },
  });
  await mesh.untilCall(200);
});

afterAll(async () => {
  await prepared?.stop();
  for (const server of servers) server.close();
});

const logCalls = (conf: object, query = '') =>
  put(`/meshes/default/traffic-logs/calls${query}`, {
    type: 'TrafficLog',
    mesh: 'default',
    name: 'calls',
    sources: [{ match: { 'kuma.io/service': 'frontend' } }],
    destinations: [{ match: { 'kuma.io/service': '*' } }],
    conf,
  });

test("calls are logged by TCP at the mesh's default backend, in Kuma's format", async () => {
  await logCalls({});
  await untilSeen('a line by TCP', () => lines.includes('\n'));
  expect(lines).toMatch(
    /^\[\d{4}-.*\] default "GET \/ HTTP\/1.1" 200 - .* "frontend" "backend" "127.0.0.1" "127.0.0.1:\d+"\n/,
  );
});

test('only who calls is given something new, and a dry run says so beforehand', async () => {
  const { body } = await logCalls({ backend: 'lines' }, '?dryRun=true');
  expect(body).toMatchObject({ dryRun: { proxies: { total: 1, items: [{ name: 'frontend-1' }] } } });
  expect(JSON.stringify(body)).toContain(file);
  await logCalls({ backend: 'lines' });
  const { rollouts } = await until({
    what: 'the change is acknowledged',
    probe: () => fetchStatus(mesh.standalone.api),
    holds: (status) => status.rollouts[0]?.acknowledged === 1,
  });
  expect(rollouts[0]).toMatchObject({ proxies: 1, rejected: 0 });
});

test('a policy that names another backend has them written to a file', async () => {
  const written = () => readFile(file, 'utf8').catch(() => '');
  await untilSeen('a line in the file', async () => (await written()).includes('\n'));
  expect((await written()).split('\n')[0]).toBe('frontend->backend 200');
});

test('requests are traced at both ends', async () => {
  await put('/meshes/default/traffic-traces/requests', {
    type: 'TrafficTrace',
    mesh: 'default',
    name: 'requests',
    selectors: [{ match: { 'kuma.io/service': '*' } }],
  });
  await untilSeen('spans of both sidecars', () => new Set(spans.map(({ kind }) => kind)).size === 2);
  expect(spans.map(({ localEndpoint }) => localEndpoint.serviceName)).toEqual(
    expect.arrayContaining(['frontend', 'backend']),
  );
  expect(spans[0]?.tags).toMatchObject({ 'http.method': 'GET', 'http.status_code': '200' });
});

/** Calls until it was seen: what is written or sent later is what later calls show. */
function untilSeen(what: string, seen: () => boolean | Promise<boolean>): Promise<unknown> {
  const probe = async () => {
    await mesh.call();
    return seen();
  };
  return until({ what, probe, holds: (value) => value, pause: 100 });
}
