import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { Registry as Metrics } from 'prom-client';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, freePorts } from '../../deploy/process/ports.ts';
import { loadRegistry } from '../../deploy/registry.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import type { DataplaneSpec } from '../../shared/resource/dataplane/spec.ts';
import type { MeshSpec } from '../../shared/resource/mesh/spec.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { HealthCheckRequestOrEndpointHealthResponseSchema } from '../../shared/xds/gen/envoy/service/health/v3/hds_pb.js';
import { MemoryZone } from '../../test/support/memoryZone.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { encodeMessage } from '../ads/encode.ts';
import { HDS_SERVICE } from '../health/healthDiscovery.ts';
import { dpServerCertificate } from '../identity/dpServerCertificate.ts';
import { type DpOptions, runDp } from '../sidecar/runDp.ts';
import { adminSocketPath } from './bootstrap.ts';
import { type DataPlane, startDataPlane } from './dataPlane.ts';

const registry = await loadRegistry();
const ZONE = 'zone-1';
const edge = { 'kuma.io/service': 'edge' };
const silent = { info() {}, warn() {}, error() {} };
const cleanups: (() => Promise<unknown>)[] = [];
let folder = '';
let ca = { certificatePem: '', privateKeyPem: '' };

beforeAll(async () => {
  const temp = await tempDir('data-plane');
  folder = temp.path;
  ca = await dpServerCertificate(join(folder, 'ca'), ['mesh-ca'], new Date());
  return () => temp.remove();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const at = '2026-01-01T00:00:00Z';
const resource = (type: string, mesh: string, name: string, spec: unknown): Resource => ({
  type,
  mesh,
  name,
  labels: {},
  creationTime: at,
  modificationTime: at,
  spec,
});
const mtls: MeshSpec = { mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] } };
const secret = (name: string, pem: string) =>
  resource('Secret', 'default', name, { data: Buffer.from(pem).toString('base64') });
const permission = (action: string) =>
  resource('MeshTrafficPermission', 'default', 'all', {
    targetRef: { kind: 'Mesh' },
    from: [{ targetRef: { kind: 'Mesh' }, default: { action } }],
  });

async function zoneWith(
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
    keysDir: join(folder, 'cp'),
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
async function app(answer: string, late = 0): Promise<number> {
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
async function sidecar(plane: DataPlane, dataplane: object, options: Partial<DpOptions> = {}): Promise<Started> {
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
function get(port: number, path = '/', from = '127.0.0.1'): Promise<{ status: number; body: string }> {
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

const until = async <T>(what: () => T | Promise<T>, good: (value: T) => boolean): Promise<T> => {
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

async function backendAndFrontend(plane: DataPlane, answer = 'hello', options: Partial<DpOptions> = {}, late = 0) {
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

describe('the data plane', () => {
  it('registers sidecars, and carries requests between them with mTLS', async () => {
    const { zone, plane, metrics } = await zoneWith(mtls);
    const { inbound, outbound } = await backendAndFrontend(plane);
    expect(zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE)?.resource).toMatchObject({
      labels: { 'kuma.io/zone': ZONE, 'kuma.io/mesh': 'default' },
      spec: { networking: { inbound: [{ tags: { 'kuma.io/service': 'backend', 'kuma.io/zone': ZONE } }] } },
    });
    expect(
      await until(
        () => get(outbound),
        ({ status }) => status === 200,
      ),
    ).toEqual({ status: 200, body: 'hello' });
    // Plain text is refused: the inbound asks for a certificate of the mesh.
    expect((await get(inbound)).status).toBe(0);

    const denied = zone.global(permission('Deny'));
    await until(
      () => plane.rollouts.get(denied),
      (rollout) => rollout?.complete === true,
    );
    expect((await get(outbound)).status).toBe(403);
    expect(plane.rollouts.get(denied)).toMatchObject({ affected: 2, acknowledged: 2, rejected: [] });
    expect(await metrics.metrics()).toMatch(/meridian_propagation_seconds_count [2-9]/);

    const insight = await until(
      () =>
        zone.view.get({ type: 'DataplaneInsight', mesh: 'default', name: 'backend-1' }, ZONE)?.resource.spec as
          | Record<string, unknown>
          | undefined,
      (spec) => spec?.mTLS !== undefined,
    );
    expect(insight).toMatchObject({
      mTLS: { issuedBackend: 'ca-1', certificateRegenerations: 1 },
      subscriptions: [
        {
          controlPlaneInstanceId: 'cp-1',
          version: { kumaDp: { version: 'test' }, envoy: { version: expect.stringMatching(/^1\.\d+\.\d+$/) } },
        },
      ],
    });
  });

  it('serves its metrics, guarded, and virtual probes, where its mesh and its Dataplane ask for them', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const servicePort = await app('well');
    const [port, metricsPort, probePort, adminPort] = (await freePorts(4)) as [number, number, number, number];
    const dataplane = {
      type: 'Dataplane',
      mesh: 'default',
      name: 'web-1',
      networking: {
        address: '127.0.0.1',
        inbound: [{ port, servicePort, tags: { 'kuma.io/service': 'web', 'kuma.io/protocol': 'http' } }],
      },
      metrics: { type: 'prometheus', conf: { port: metricsPort } },
      probes: { port: probePort, endpoints: [{ inboundPort: servicePort, inboundPath: '/well', path: '/probe' }] },
    };
    await sidecar(plane, dataplane, { adminPort });
    const probed = await until(
      () => get(probePort, '/probe'),
      ({ status }) => status === 200,
    );
    expect(probed.body).toBe('well');
    expect((await get(probePort, '/other')).status).toBe(404);
    expect((await get(metricsPort, '/metrics')).status).toBe(0);

    const envoy = { filterRegex: 'listener_manager', usedOnly: true };
    const backends = [{ name: 'prom', type: 'prometheus', conf: { path: '/metrics', envoy } }];
    zone.global(resource('Mesh', '', 'default', { ...mtls, metrics: { enabledBackend: 'prom', backends } }));
    const scraped = await until(
      () => get(metricsPort, '/metrics'),
      ({ status }) => status === 200,
    );
    expect(scraped.body).toContain('envoy_listener_manager_lds_update_success');
    expect(scraped.body).not.toContain('envoy_cluster_manager');
    expect((await get(metricsPort, '/stats')).status).toBe(404);
    // From elsewhere it takes a certificate of the mesh.
    expect((await get(metricsPort, '/metrics', '127.0.0.2')).status).toBe(0);
    const open = { ...backends[0], conf: { path: '/metrics', skipMTLS: true } };
    zone.global(resource('Mesh', '', 'default', { ...mtls, metrics: { enabledBackend: 'prom', backends: [open] } }));
    const fromElsewhere = await until(
      () => get(metricsPort, '/metrics', '127.0.0.2'),
      ({ status }) => status === 200,
    );
    expect(fromElsewhere.body).toContain('envoy_cluster_manager');
  });

  it('times a single client, known by its certificate', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const { outbound } = await backendAndFrontend(plane, 'late', {}, 1_000);
    const timeout = (type: string, value: string) =>
      zone.global(
        resource('MeshTimeout', 'default', 'clients', {
          rules: [{ matches: [{ spiffeID: { type, value } }], default: { http: { requestTimeout: '0.1s' } } }],
        }),
      );
    const untilStatus = (wanted: number) =>
      until(
        () => get(outbound),
        ({ status }) => status === wanted,
      );
    await untilStatus(200);
    timeout('Exact', 'spiffe://default/frontend');
    await untilStatus(504);
    timeout('Exact', 'spiffe://default/front');
    await untilStatus(200);
    timeout('Prefix', 'spiffe://default/front');
    await untilStatus(504);
    // Not by what it calls.
    timeout('Prefix', 'spiffe://default/backend');
    await untilStatus(200);
  });

  it('leaves out an application that its probe finds dead, and an Envoy that is draining', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const [servicePort, inbound, outbound] = (await freePorts(3)) as [number, number, number];
    const tags = { 'kuma.io/service': 'backend', 'kuma.io/protocol': 'http' };
    const serviceProbe = { interval: '0.1s', timeout: '1s', tcp: {} };
    const dataplane = (name: string, more: object) => ({
      type: 'Dataplane',
      mesh: 'default',
      name,
      networking: { address: '127.0.0.1', ...more },
    });
    const { path: workDir, remove } = await tempDir('probed');
    cleanups.push(remove);
    await Promise.all([
      sidecar(plane, dataplane('backend-1', { inbound: [{ port: inbound, servicePort, tags, serviceProbe }] }), {
        workDir,
      }),
      sidecar(plane, dataplane('frontend-1', { outbound: [{ port: outbound, tags }], gateway: { tags: edge } })),
    ]);
    const found = () => {
      const entry = zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE);
      const { state, health } = (entry?.resource.spec as DataplaneSpec | undefined)?.networking.inbound?.[0] ?? {};
      return { state, health };
    };
    const dead = { state: 'NotReady', health: { ready: false } };
    const unreachable = () =>
      until(
        () => get(outbound),
        ({ body }) => body === 'no healthy upstream',
      );
    expect(found()).toEqual(dead);
    await unreachable();

    const server = createServer((_, response) => response.end('alive'));
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    cleanups.push(stop);
    await new Promise<void>((resolve) => server.listen(servicePort, '127.0.0.1', resolve));
    const answer = await until(
      () => get(outbound),
      ({ status }) => status === 200,
    );
    expect(answer.body).toBe('alive');
    expect(found()).toEqual({ state: undefined, health: { ready: true } });

    request({ socketPath: adminSocketPath(workDir), path: '/healthcheck/fail', method: 'POST' }).end();
    await unreachable();
    request({ socketPath: adminSocketPath(workDir), path: '/healthcheck/ok', method: 'POST' }).end();
    await until(
      () => get(outbound),
      ({ status }) => status === 200,
    );
    await stop();
    await unreachable();
    expect(found()).toEqual(dead);
  });

  it('tells nobody what to look at who has no token for it', async () => {
    const { zone, plane } = await zoneWith(mtls, 'dpToken');
    const spec = { networking: { address: '10.0.0.1', inbound: [{ port: 80, serviceProbe: {} }] } };
    await zone.put(resource('Dataplane', 'default', 'web-1', spec));
    const trust = credentials.createSsl(null, null, null, { rejectUnauthorized: false });
    const client = new Client(plane.address, trust);
    cleanups.push(async () => client.close());
    const { path, requestSerialize, responseDeserialize } = HDS_SERVICE.StreamHealthCheck;
    const call = client.makeBidiStreamRequest<Buffer, Buffer>(path, requestSerialize, responseDeserialize);
    const messages: Buffer[] = [];
    call.on('data', (message: Buffer) => messages.push(message));
    const ended = new Promise<ServiceError>((resolve) => call.on('error', resolve));
    const first = { healthCheckRequest: { node: { id: 'default.web-1' } } };
    call.write(encodeMessage(HealthCheckRequestOrEndpointHealthResponseSchema, first));
    expect([(await ended).code, messages]).toEqual([status.UNAUTHENTICATED, []]);
  });

  it('has a zone proxy register again whose resource was deleted by hand', async () => {
    const { zone, plane } = await zoneWith(mtls);
    const networking = { address: '127.0.0.1', port: await freePort() };
    const egress = { type: 'ZoneEgress', name: 'out', networking };
    const key = { type: 'ZoneEgress', mesh: '', name: 'out' };
    await sidecar(plane, egress, { proxyType: 'egress' });
    expect(zone.view.get(key, ZONE)?.resource.spec).toEqual({ zone: ZONE, networking });
    const first = zone.view.get(key, ZONE)?.version;
    await zone.delete(key);
    const again = await until(
      () => zone.view.get(key, ZONE),
      (entry) => entry !== undefined,
    );
    expect(again?.version).not.toBe(first);
    const insight = await until(
      () => zone.view.get({ ...key, type: 'ZoneEgressInsight' }, ZONE)?.resource,
      (found) => found !== undefined,
    );
    expect(insight?.spec).toMatchObject({ subscriptions: [{ controlPlaneInstanceId: 'cp-1' }] });
  });

  it('takes away what a sidecar registered when it is gone, but not when it comes back', async () => {
    const { zone, plane } = await zoneWith({});
    const { outbound, backend } = await backendAndFrontend(plane);
    expect(
      (
        await until(
          () => get(outbound),
          ({ status }) => status === 200,
        )
      ).body,
    ).toBe('hello');
    await backend.stop();
    await until(
      () => zone.view.get({ type: 'Dataplane', mesh: 'default', name: 'backend-1' }, ZONE),
      (entry) => entry === undefined,
    );
    // 503 while the frontend still knows the service; then it is nobody's, and the connection is closed (0).
    const { status } = await until(
      () => get(outbound),
      (answer) => answer.status !== 200,
    );
    expect([503, 0]).toContain(status);
  });
});
