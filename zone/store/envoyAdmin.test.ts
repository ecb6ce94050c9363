import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asRestError } from '../../shared/rest/errors.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import type { ProxyMetadata } from '../../shared/snapshot/proxy.ts';
import type { AdsServer } from '../ads/ports.ts';
import { type AdminAccess, adminAccess } from '../identity/adminAccess.ts';
import { NO_METADATA } from '../../test/support/snapshotCase.ts';
import { type TempDir, tempDir } from '../../test/support/tempDir.ts';
import { envoyAdmin } from './envoyAdmin.ts';

const HERE = '127.0.0.1';
const ELSEWHERE = '127.0.0.2';
const now = () => new Date();
const envoy = createServer(({ url }, response) => void response.end(`asked ${url}`));
let folder: TempDir;
let access: AdminAccess;
/** Listeners of proxies of this zone, and of one that has got the same address since. */
const ports = { ours: 0, strange: 0 };
const ends: (() => void)[] = [];

beforeAll(async () => {
  folder = await tempDir('envoy-admin');
  await new Promise<void>((resolve) => envoy.listen(join(folder.path, 'here.sock'), resolve));
  access = await adminAccess({ keysDir: join(folder.path, 'keys'), now, changed: () => {} });
  const strangers = await adminAccess({ keysDir: join(folder.path, 'strange'), now, changed: () => {} });
  ports.ours = await listener(access);
  ports.strange = await listener(strangers);
});
afterAll(async () => {
  envoy.close();
  for (const end of ends) end();
  await folder.remove();
});

/** As a proxy's listener lets in who is called so by that CA. */
async function listener({ trust }: AdminAccess): Promise<number> {
  const { certificateChainPem: cert, privateKeyPem: key, trustedPem: ca } = trust();
  const options = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
  const server = createTlsServer(options, ({ url }, response) =>
    url?.startsWith('/clusters') ? response.writeHead(503).end() : response.end(`asked ${url} over mTLS`),
  );
  await new Promise<void>((resolve) => server.listen(0, ELSEWHERE, resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const at = { labels: {}, creationTime: '', modificationTime: '' };
const dataplane = (address: string): Stored => ({
  origin: '',
  version: 1,
  resource: { type: 'Dataplane', mesh: 'demo', name: 'web-1', ...at, spec: { networking: { address } } },
});

interface Told extends Partial<Pick<ProxyMetadata, 'adminPort'>> {
  readonly socket?: string;
}

function adminOf({ socket, adminPort = 0 }: Told) {
  const metadata = { ...NO_METADATA, adminPort, adminSocket: socket ? join(folder.path, socket) : '' };
  const proxies = new Map([['demo.web-1', { metadata }]]) as unknown as AdsServer['proxies'];
  return envoyAdmin({ proxies }, access.client);
}

const stats = (told: Told, address = ELSEWHERE) =>
  adminOf(told).stats(dataplane(address), { json: false, usedOnly: true });

test('an Envoy on this machine is asked through its socket', async () => {
  expect(await stats({ socket: 'here.sock', adminPort: ports.ours })).toBe('asked /stats?usedonly');
});

test('an Envoy of another machine is asked over mTLS at its admin port', async () => {
  expect(await stats({ socket: 'there.sock', adminPort: ports.ours })).toBe('asked /stats?usedonly over mTLS');
});

test('an Envoy whose admin API is a port of 127.0.0.1 is asked there, as in Kuma', async () => {
  const server = createServer(({ url }, response) => void response.end(`asked ${url} there`));
  await new Promise<void>((resolve) => server.listen(0, HERE, resolve));
  ends.push(() => server.close());
  const { port: adminPort } = server.address() as AddressInfo;
  expect(await stats({ adminPort }, HERE)).toBe('asked /stats?usedonly there');
});

test('a proxy that is not connected here is not asked', async () => {
  const nobody = envoyAdmin({ proxies: new Map() }, access.client);
  await expect(nobody.clusters(dataplane(HERE), { json: false })).rejects.toThrow(
    /^the proxy demo\.web-1 is not connected to this control plane$/,
  );
});

test('where an inbound has the admin port, it is not taken for the admin API', async () => {
  const taken = dataplane(ELSEWHERE);
  const spec = { networking: { address: ELSEWHERE, inbound: [{ port: ports.ours }] } };
  const asked = adminOf({ socket: 'there.sock', adminPort: ports.ours }).clusters(
    { ...taken, resource: { ...taken.resource, spec } },
    { json: false },
  );
  await expect(asked).rejects.toThrow(/ENOENT.*is taken by the proxy itself, the admin API is a socket/);
});

test.each([
  [
    'one of another machine without a port',
    () => ({ socket: 'there.sock' }),
    /ENOENT .*share the address and networking\.admin\.port is not said/,
  ],
  ['one that is not ours', () => ({ adminPort: ports.strange }), /certificate.*has to reach 127\.0\.0\.2/],
  [
    'one where nothing listens',
    () => ({ adminPort: 1 }),
    /ECONNREFUSED.*has to reach 127\.0\.0\.2, port 1 \(networking/,
  ],
])('%s: kumactl is told why', async (_which, told, why) => {
  const error = await stats(told()).catch((error: unknown) => asRestError(error));
  expect(error).toMatchObject({
    status: 500,
    title: 'Could not execute admin operation',
    message: expect.stringMatching(/^its Envoy cannot be asked: /),
  });
  expect((error as Error).message).toMatch(why);
});

test('what is no answer is not shown as one', async () => {
  const asked = adminOf({ adminPort: ports.ours }).clusters(dataplane(ELSEWHERE), { json: false });
  await expect(asked).rejects.toThrow(/503 instead of an answer to \/clusters/);
});
