import { writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { toolPath } from '../../deploy/setup/tools.ts';
import { dynamicConfigListener, dynamicConfigRoutes } from '../../shared/xds/dynamicConfig.ts';
import type { Snapshot, XdsResource } from '../../shared/xds/snapshot.ts';
import { dynamicConfigSocket } from '../../shared/xds/socketPath.ts';
import { Envoy } from '../../zone/sidecar/envoy.ts';
import { staticBootstrap } from '../support/staticBootstrap.ts';
import { tempDir } from '../support/tempDir.ts';

const dir = await tempDir('dynconf');
let envoy: Envoy | undefined;
afterAll(async () => {
  await envoy?.stop();
  await dir.remove();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As kuma-dp asks; no status while nobody listens. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request({ socketPath: dynamicConfigSocket(dir.path), path, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    call.on('error', () => resolve({ status: undefined, headers: {}, body: '' }));
    call.end();
  });
}

it('is told by Envoy on a Unix socket, however long it is, and once only', async () => {
  const told = JSON.stringify({ records: Array.from({ length: 500 }, (_, i) => ({ name: `ä-${i}.mesh` })) });
  const routes = dynamicConfigRoutes('/dns', told);
  const snapshot: Snapshot = {
    cluster: new Map(),
    endpoint: new Map(),
    secret: new Map(),
    listener: new Map([['l', dynamicConfigListener(dir.path, routes) as XdsResource]]),
    route: new Map([[routes.name as string, routes as XdsResource]]),
  };
  const adminSocket = join(dir.path, 'admin.sock');
  const bootstrapFile = join(dir.path, 'bootstrap.json');
  const admin = { address: { pipe: { path: adminSocket } } };
  const bootstrap = staticBootstrap(snapshot, { certificatePem: '', privateKeyPem: '' });
  await writeFile(bootstrapFile, JSON.stringify({ ...bootstrap, admin }));
  const binary = toolPath('envoy');
  envoy = new Envoy({ binary, bootstrapFile, adminSocket, concurrency: 1, drainTimeS: 1, logLevel: 'error' });

  let first = await ask('/dns');
  while (first.status === undefined) first = await ask('/dns');
  expect(first).toMatchObject({ status: 200, body: told });
  const etag = String(first.headers.etag);
  expect(await ask('/dns', { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
  expect(await ask('/dns', { 'if-none-match': 'another' })).toMatchObject({ status: 200, body: told });
  expect((await ask('/meshmetric')).status).toBe(404);
});
