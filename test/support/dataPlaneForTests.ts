import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Registry as Metrics } from 'prom-client';
import { afterEach, beforeAll } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { type DataPlane, startDataPlane } from '../../zone/dataplane/dataPlane.ts';
import type { DpOptions } from '../../zone/sidecar/dpOptions.ts';
import { runDp } from '../../zone/sidecar/runDp.ts';
import { serverCertificateFor } from './certificates.ts';
import { MemoryZone } from './memoryZone.ts';
import { tempDir } from './tempDir.ts';

// A zone's data plane over a view in memory, and real sidecars; all of it is stopped after each test.

const registry = await loadRegistry();
export const ZONE = 'zone-1';
const silent = { info() {}, warn() {}, error() {} };
export const cleanups: (() => Promise<unknown>)[] = [];
let folder = '';
let ca = { certificatePem: '', privateKeyPem: '' };

beforeAll(async () => {
  const temp = await tempDir('data-plane');
  folder = temp.path;
  ca = await serverCertificateFor('mesh-ca');
  return () => temp.remove();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Folder of the CA of the dp-server. */
export const keysDir = () => join(folder, 'cp');

const at = '2026-01-01T00:00:00Z';
export const resource = (type: string, mesh: string, name: string, spec: unknown): Resource => ({
  type,
  mesh,
  name,
  labels: {},
  creationTime: at,
  modificationTime: at,
  spec,
});
export const mtls: MeshSpec = { mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] } };
const secret = (name: string, pem: string) =>
  resource('Secret', 'default', name, { data: Buffer.from(pem).toString('base64') });
export const permission = (action: string) =>
  resource('MeshTrafficPermission', 'default', 'all', {
    targetRef: { kind: 'Mesh' },
    from: [{ targetRef: { kind: 'Mesh' }, default: { action } }],
  });

export async function zoneWith(
  mesh: MeshSpec,
  auth: 'none' | 'dpToken' = 'none',
): Promise<{ zone: MemoryZone; plane: DataPlane; metrics: Metrics }> {
  const zone = new MemoryZone(ZONE);
  zone.global(
    resource('Mesh', '', 'default', mesh),
    secret('default.ca-builtin-cert-ca-1', ca.certificatePem),
    secret('default.ca-builtin-key-ca-1', ca.privateKeyPem),
    permission('Allow'),
  );
  const metrics = new Metrics();
  const plane = await startDataPlane({
    replica: zone,
    zoneLog: zone,
    registry,
    settings: { zone: ZONE, domain: 'mesh', serviceVipPort: 80 },
    role: { mode: 'zone', zone: ZONE, environment: 'universal' },
    instance: 'cp-1',
    host: '127.0.0.1',
    port: 0,
    keysDir: keysDir(),
    auth,
    graceMs: 50,
    quietMs: 2,
    ceilingMs: 20,
    metrics,
    log: silent,
  });
  cleanups.push(() => plane.stop());
  return { zone, plane, metrics };
}

/** @param late milliseconds until it answers */
export async function app(answer: string, late = 0): Promise<number> {
  const server: Server = createServer((_, response) => void setTimeout(() => response.end(answer), late));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

interface Started {
  readonly stop: () => Promise<void>;
}

/** A sidecar as a process of its own would run it; resolves when its Envoy serves. */
export async function sidecar(
  plane: Pick<DataPlane, 'address'>,
  dataplane: object,
  options: Partial<DpOptions> = {},
): Promise<Started> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const running = runDp(
    {
      cpAddress: `https://${plane.address}`,
      skipVerify: true,
      proxyType: 'dataplane',
      dataplane: JSON.stringify(dataplane),
      dataplaneVars: [],
      binaryPath: toolPath('envoy'),
      concurrency: 1,
      drainTimeMs: 0,
      dnsPort: 0,
      readinessPort: 0,
      readinessHost: '127.0.0.1',
      adminPort: 0,
      logLevel: 'error',
      version: 'test',
      ...options,
    },
    { signal: stop.signal, log: (message) => message === 'ready' && ready.resolve() },
  );
  running.catch(ready.reject);
  const end = async () => {
    stop.abort();
    await running;
  };
  cleanups.push(() => end().catch(() => undefined));
  await ready.promise;
  return { stop: end };
}

/** @param from address of the caller */
export function get(port: number, path = '/', from = '127.0.0.1'): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, agent: false, path, localAddress: from }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', () => resolve({ status: 0, body: '' }));
    });
    call.on('error', (cause) => resolve({ status: 0, body: cause.message }));
    call.end();
  });
}

export const until = async <T>(what: () => T | Promise<T>, good: (value: T) => boolean): Promise<T> => {
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export async function backendAndFrontend(
  plane: DataPlane,
  answer = 'hello',
  options: Partial<DpOptions> = {},
  late = 0,
) {
  const servicePort = await app(answer, late);
  const [inbound, frontendInbound, outbound] = await Promise.all([freePort(), freePort(), freePort()]);
  const backend = {
    type: 'Dataplane',
    mesh: 'default',
    name: 'backend-1',
    networking: {
      address: '127.0.0.1',
      inbound: [{ port: inbound, servicePort, tags: { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' } }],
    },
  };
  const frontend = {
    type: 'Dataplane',
    mesh: 'default',
    name: 'frontend-1',
    networking: {
      address: '127.0.0.1',
      inbound: [
        { port: frontendInbound, servicePort: 9, tags: { 'kuma.io/service': 'frontend', 'kuma.io/protocol': 'http' } },
      ],
      outbound: [{ port: outbound, tags: { 'kuma.io/service': 'backend' } }],
    },
  };
  const [started] = await Promise.all([sidecar(plane, backend, options), sidecar(plane, frontend, options)]);
  return { inbound, outbound, backend: started };
}
