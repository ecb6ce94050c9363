import { writeFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { API_SETTINGS, type ApiConfig } from '../shared/config/apiSettings.ts';
import { readSettings } from '../shared/config/settings.ts';
import { type Authority, type Certified, certificateAuthority } from '../test/support/certificates.ts';
import { restFixture } from '../test/support/restFixture.ts';
import { type TempDir, tempDir } from '../test/support/tempDir.ts';
import { type Api, serveApi } from './serveApi.ts';

let authority: Authority;
let stranger: Authority;
let server: Certified;
let folder: TempDir;
const running: Api[] = [];

beforeAll(async () => {
  [authority, stranger, folder] = await Promise.all([
    certificateAuthority('admins'),
    certificateAuthority('strangers'),
    tempDir('api'),
  ]);
  server = await authority.issue('control plane');
  await writeFile(join(folder.path, 'cert.pem'), server.cert);
  await writeFile(join(folder.path, 'key.pem'), server.key);
  await writeFile(join(folder.path, 'ca.pem'), authority.cert);
  return () => folder.remove();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.close()));
});

async function serve(settings: Record<string, unknown>): Promise<Api> {
  const { deps } = restFixture({ mode: 'global', environment: 'universal' });
  const given = { api: { port: 0, localhostIsAdmin: false, ...settings } };
  const config: ApiConfig = readSettings(API_SETTINGS, 'M', given, {});
  const api = await serveApi(deps, config, 'M');
  running.push(api);
  return api;
}

const https = () => ({
  port: 0,
  certFile: join(folder.path, 'cert.pem'),
  keyFile: join(folder.path, 'key.pem'),
  clientCaFile: join(folder.path, 'ca.pem'),
});

async function get(url: string, options: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { ca: authority.cert, ...options }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: await text(answer) }),
    )
      .on('error', reject)
      .end();
  });
}

test('without a certificate there is no port for TLS', async () => {
  const api = await serve({});
  expect(api.httpsUrl).toBeUndefined();
  expect((await fetch(`${api.url}/meshes`)).status).toBe(200);
});

test('over TLS the same is answered, and who has a certificate of the CA is an admin', async () => {
  const { httpsUrl = '' } = await serve({ https: https() });
  expect(httpsUrl).toMatch(/^https:/);
  expect(await get(`${httpsUrl}/who-am-i`)).toMatchObject({ status: 200, body: /mesh-system:anonymous/ });
  expect((await get(`${httpsUrl}/global-secrets`)).status).toBe(403);
  const admin = await authority.issue('ann');
  expect(await get(`${httpsUrl}/who-am-i`, admin)).toMatchObject({ status: 200, body: /mesh-system:admin/ });
  expect((await get(`${httpsUrl}/global-secrets`, admin)).status).toBe(200);
  const other = await stranger.issue('mallory');
  expect(await get(`${httpsUrl}/who-am-i`, other)).toMatchObject({ body: /mesh-system:anonymous/ });
});

test('TLS may be open to others than plain HTTP', async () => {
  const api = await serve({ https: { ...https(), host: '127.0.0.2' } });
  expect([new URL(api.url).hostname, new URL(api.httpsUrl ?? '').hostname]).toEqual(['127.0.0.1', '127.0.0.2']);
});

test('a certificate that is replaced is used without a restart', async () => {
  const [certFile, keyFile] = [join(folder.path, 'next.pem'), join(folder.path, 'next-key.pem')];
  await writeFile(certFile, server.cert);
  await writeFile(keyFile, server.key);
  const { httpsUrl = '' } = await serve({ https: { ...https(), certFile, keyFile } });
  const serial = () =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(httpsUrl);
      const socket = connect({ host: hostname, port: Number(port), ca: authority.cert }, () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
        socket.destroy();
      }).on('error', reject);
    });
  const before = await serial();
  const next = await authority.issue('control plane');
  await writeFile(keyFile, next.key);
  await writeFile(certFile, next.cert);
  await vi.waitFor(async () => expect(await serial()).not.toBe(before), { timeout: 40_000, interval: 100 });
  expect(await get(`${httpsUrl}/who-am-i`)).toMatchObject({ status: 200 });
});

test('so is the CA of callers: who has a certificate of the former is no admin any more', async () => {
  const clientCaFile = join(folder.path, 'next-ca.pem');
  await writeFile(clientCaFile, authority.cert);
  const { httpsUrl = '' } = await serve({ https: { ...https(), clientCaFile } });
  const [former, next] = [await authority.issue('ann'), await stranger.issue('ben')];
  const isAdmin = async (who: Certified) =>
    (await get(`${httpsUrl}/global-secrets`, { ...who, agent: false })).status === 200;
  expect([await isAdmin(former), await isAdmin(next)]).toEqual([true, false]);
  await writeFile(clientCaFile, stranger.cert);
  await vi.waitFor(async () => expect(await isAdmin(next)).toBe(true), { timeout: 40_000, interval: 100 });
  expect(await isAdmin(former)).toBe(false);
});

test('a certificate can be required', async () => {
  const { httpsUrl = '' } = await serve({ https: { ...https(), requireClientCert: true } });
  await expect(get(`${httpsUrl}/`)).rejects.toThrow();
  expect((await get(`${httpsUrl}/`, await authority.issue('ann'))).status).toBe(200);
});

test('links of a page keep the protocol', async () => {
  const { httpsUrl = '' } = await serve({ https: https() });
  const admin = await authority.issue('ann');
  for (const name of ['a', 'b']) await put(`${httpsUrl}/meshes/${name}`, { type: 'Mesh', name }, admin);
  expect(JSON.parse((await get(`${httpsUrl}/meshes?size=1`)).body).next).toBe(`${httpsUrl}/meshes?offset=1&size=1`);
});

test('settings that cannot be are told by name', async () => {
  await expect(serve({ https: { certFile: join(folder.path, 'cert.pem') } })).rejects.toThrow(
    'M_API_HTTPS_KEY_FILE has to be set',
  );
  await expect(serve({ https: { certFile: '/nowhere', keyFile: '/nowhere' } })).rejects.toThrow(
    'M_API_HTTPS_CERT_FILE: "/nowhere" cannot be read',
  );
  await expect(serve({ corsAllowedDomains: ['('] })).rejects.toThrow('regular expressions');
  const { port } = new URL((await serve({})).url);
  await expect(serve({ port: Number(port) })).rejects.toThrow('choose another with M_API_PORT');
});

test('pages of allowed origins may read answers, others may not', async () => {
  const { url } = await serve({ corsAllowedDomains: 'https://gui\\.example, https://.*\\.corp' });
  const told = async (origin: string, header = 'access-control-allow-origin') => {
    const { headers } = await fetch(`${url}/meshes`, { headers: { origin } });
    return headers.get(header);
  };
  expect(await told('https://gui.example')).toBe('https://gui.example');
  expect(await told('https://a.corp')).toBe('https://a.corp');
  expect(await told('https://gui.example.evil')).toBeNull();
  expect(await told('https://a.corp', 'access-control-expose-headers')).toBe('ETag, X-Meridian-Position');
  const preflight = await fetch(`${url}/meshes/m`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://gui.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
});

test('who holds which right is configured', async () => {
  const { deps } = restFixture(
    { mode: 'global', environment: 'universal' },
    { verifyUserToken: async () => ({ name: 'john', groups: ['ops'] }) },
  );
  const given = {
    api: { port: 0, localhostIsAdmin: false },
    access: { adminResources: { groups: ['ops'] }, controlPlaneMetadata: { users: [], groups: 'ops' } },
  };
  const api = await serveApi(deps, readSettings(API_SETTINGS, 'M', given, {}), 'M');
  running.push(api);
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${api.url}${path}`, { headers })).status;
  const john = { authorization: 'Bearer johns' };
  expect([await status('/global-secrets'), await status('/global-secrets', john)]).toEqual([403, 200]);
  expect([await status('/config'), await status('/config', john)]).toEqual([403, 200]);
});

test('an API that is read only takes no resources', async () => {
  const { url } = await serve({ readOnly: true });
  const answer = await fetch(`${url}/meshes/m`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"Mesh","name":"m"}',
  });
  expect(answer.status).toBe(405);
  expect(await answer.json()).toMatchObject({ title: 'Method not allowed', detail: /api\.readOnly/ });
  const { policies } = (await (await fetch(`${url}/policies`)).json()) as { policies: { readOnly: boolean }[] };
  expect(policies.every(({ readOnly }) => readOnly)).toBe(true);
});

function put(url: string, body: unknown, certified: Certified): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(url, { ca: authority.cert, method: 'PUT', headers, ...certified }, (answer) =>
      resolve(answer.resume().statusCode ?? 0),
    )
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}
