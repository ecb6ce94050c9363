import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import type { Snapshot } from '../../shared/xds/snapshot.ts';
import { serverCertificateFor } from '../../test/support/certificates.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { adminSocketPath, bootstrapConfig } from '../dataplane/bootstrap.ts';
import { bootstrapRequestSchema } from '../dataplane/bootstrapRequest.ts';
import { type DpServer, startDpServer } from '../dataplane/dpServer.ts';
import { readNodeMetadata } from '../dataplane/nodeMetadata.ts';
import { Envoy } from '../sidecar/envoy.ts';
import type { Acknowledgement } from './ports.ts';
import { ADS_SERVICE, GrpcAdsServer } from './server.ts';

let folder = '';
let certificate: CaMaterial;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const temp = await tempDir('ads');
  folder = temp.path;
  certificate = await serverCertificateFor('127.0.0.1');
  return () => temp.remove();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const silent = { info() {}, warn() {} };

/** An ADS server that knows one proxy; `connected` resolves with its next stream. */
class ControlPlane {
  readonly answers: Acknowledgement[] = [];
  readonly ads: GrpcAdsServer;
  connected = Promise.withResolvers<Proxy>();
  #server: DpServer | undefined;
  #disconnected = 0;

  constructor() {
    this.ads = new GrpcAdsServer({
      admit: async ({ nodeId, metadata }) => ({
        id: nodeId,
        kind: 'sidecar',
        mesh: 'm',
        name: 'p',
        metadata: readNodeMetadata(metadata).proxy,
      }),
      events: {
        connected: (proxy) => this.connected.resolve(proxy),
        disconnected: () => {
          this.#disconnected++;
        },
        acknowledged: (answer) => this.answers.push(answer),
      },
      log: silent,
    });
  }

  get disconnected(): number {
    return this.#disconnected;
  }

  async listen(port = 0): Promise<number> {
    const http = (_: unknown, response: { end(): void }) => response.end();
    this.#server = await startDpServer({
      host: '127.0.0.1',
      port,
      ...certificate,
      services: [[ADS_SERVICE, this.ads.handlers]],
      http,
    });
    return this.#server.port;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

let envoys = 0;

function envoy(port: number, features: readonly string[]): Envoy {
  const workdir = join(folder, `e${++envoys}`);
  mkdirSync(workdir);
  const asked = bootstrapRequestSchema.parse({ workdir, features, version: {} });
  const config = bootstrapConfig(
    asked,
    { mesh: 'm', name: 'p', cluster: 'p', adminPort: 0 },
    { host: '127.0.0.1', port, trusts: { pem: certificate.certificatePem, newest: '' } },
  );
  const bootstrapFile = `${workdir}.yaml`;
  writeFileSync(bootstrapFile, JSON.stringify(config));
  const started = new Envoy({
    binary: toolPath('envoy'),
    bootstrapFile,
    adminSocket: adminSocketPath(workdir),
    concurrency: 1,
    drainTimeS: 1,
    logLevel: 'off',
  });
  cleanups.push(() => started.stop());
  return started;
}

async function app(answer: string): Promise<number> {
  const server = createServer((_, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const get = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? body : String(response.statusCode)));
    });
    call.on('error', (cause) => resolve(cause.message));
    call.end();
  });

interface Shape {
  readonly port: number;
  /** cluster → port of its only endpoint */
  readonly clusters: Readonly<Record<string, number>>;
  /** Cluster that the route leads to. */
  readonly to: string;
  readonly connectTimeout?: string;
  readonly address?: string;
}

// Without an end: a cluster that is not given its endpoints never warms, and is never acknowledged.
const ADS = { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: '0s' };
const type = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;

function snapshot({ port, clusters, to, connectTimeout = '1s', address = '127.0.0.1' }: Shape): Snapshot {
  const names = Object.keys(clusters);
  const hcm = {
    '@type': type('network.http_connection_manager.v3.HttpConnectionManager'),
    statPrefix: 'in',
    rds: { routeConfigName: 'r', configSource: ADS },
    httpFilters: [{ name: 'router', typedConfig: { '@type': type('http.router.v3.Router') } }],
  };
  const endpoint = (cluster: string) => ({
    address: { socketAddress: { address: '127.0.0.1', portValue: clusters[cluster] ?? 0 } },
  });
  return {
    secret: new Map(),
    cluster: new Map(
      names.map((name) => [name, { name, type: 'EDS', connectTimeout, edsClusterConfig: { edsConfig: ADS } }]),
    ),
    endpoint: new Map(
      names.map((name) => [name, { clusterName: name, endpoints: [{ lbEndpoints: [{ endpoint: endpoint(name) }] }] }]),
    ),
    listener: new Map([
      [
        'l',
        {
          name: 'l',
          address: { socketAddress: { address, portValue: port } },
          filterChains: [{ filters: [{ name: 'hcm', typedConfig: hcm }] }],
        },
      ],
    ]),
    route: new Map([
      [
        'r',
        {
          name: 'r',
          virtualHosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: to } }] }],
        },
      ],
    ]),
  } as Snapshot;
}

describe.each([
  ['delta', []],
  ['state of the world', ['feature-bind-outbounds']],
])('a real Envoy over ADS, %s', (_, features) => {
  async function serving() {
    const controlPlane = new ControlPlane();
    const xdsPort = await controlPlane.listen();
    cleanups.push(() => controlPlane.close());
    const [a, b, port] = await Promise.all([app('a'), app('b'), freePort()]);
    const started = envoy(xdsPort, features);
    const { id } = await controlPlane.connected.promise;
    await controlPlane.ads.setSnapshot(id, snapshot({ port, clusters: { one: a }, to: 'one' }));
    while ((await get(port)) !== 'a') await new Promise((resolve) => setTimeout(resolve, 5));
    // It may answer before it has acknowledged its last resource.
    await controlPlane.ads.setSnapshot(id, snapshot({ port, clusters: { one: a }, to: 'one' }));
    const push = (shape: Omit<Shape, 'port'>) => controlPlane.ads.setSnapshot(id, snapshot({ port, ...shape }));
    return { controlPlane, xdsPort, a, b, port, id, push, started };
  }

  it('serves by what it acknowledged, at once', async () => {
    const { a, b, port, push, controlPlane, id } = await serving();
    expect(await push({ clusters: { one: b }, to: 'one' })).toBe(true);
    expect(await get(port)).toBe('b');
    const sent = controlPlane.ads.counters(id)?.cluster.sent;
    // A changed cluster warms only with its endpoints; without them its acknowledgement never comes.
    for (const connectTimeout of ['2s', '3s', '4s'])
      expect(await push({ clusters: { one: a }, to: 'one', connectTimeout })).toBe(true);
    expect(controlPlane.ads.counters(id)?.cluster.sent).toBe((sent ?? 0) + 3);
    expect(await get(port)).toBe('a');
  });

  it('loses no request while a route moves to a new cluster and the old one goes', async () => {
    const { a, b, port, push } = await serving();
    const answers = new Set<string>();
    let moving = true;
    const client = (async () => {
      while (moving) answers.add(await get(port));
    })();
    for (let i = 0; i < 10; i++) {
      expect(await push({ clusters: { [`to-b-${i}`]: b }, to: `to-b-${i}` })).toBe(true);
      expect(await push({ clusters: { [`to-a-${i}`]: a }, to: `to-a-${i}` })).toBe(true);
    }
    moving = false;
    await client;
    expect([...answers].sort()).toEqual(['a', 'b']);
  });

  it('keeps the last good configuration of what it refuses, and takes what comes after', async () => {
    const { a, b, port, push, controlPlane, id } = await serving();
    controlPlane.answers.length = 0;
    expect(await push({ clusters: { one: b }, to: 'one', address: 'nowhere' })).toBe(false);
    const refusals = controlPlane.answers.filter(({ error }) => error !== undefined);
    expect(refusals).toEqual([{ proxyId: id, kind: 'listener', error: expect.stringContaining('nowhere') }]);
    expect(await get(port)).toBe('b');
    // Not sent again unchanged: the endpoints alone travel.
    expect(await push({ clusters: { one: a }, to: 'one', address: 'nowhere' })).toBe(false);
    expect(controlPlane.ads.counters(id)?.listener.rejected).toBe(1);
    expect(await get(port)).toBe('a');
    expect(await push({ clusters: { one: b }, to: 'one' })).toBe(true);
    expect(await get(port)).toBe('b');
  });

  it('goes on while the control plane is away, and is sent nothing that it has when it is back', async () => {
    const { a, port, controlPlane, xdsPort } = await serving();
    await controlPlane.close();
    expect(await get(port)).toBe('a');
    const next = new ControlPlane();
    await next.listen(xdsPort);
    cleanups.push(() => next.close());
    const { id } = await next.connected.promise;
    const settled = next.ads.setSnapshot(id, snapshot({ port, clusters: { one: a }, to: 'one' }));
    await settled;
    expect(next.ads.counters(id)?.cluster.sent).toBe(0);
    expect(next.ads.counters(id)?.listener.sent).toBe(0);
    expect(
      await next.ads.setSnapshot(id, snapshot({ port, clusters: { one: a }, to: 'one', connectTimeout: '2s' })),
    ).toBe(true);
    expect(await get(port)).toBe('a');
  });
});

describe('a proxy that comes twice', () => {
  it('is served on its newer stream, and is not gone when the older one ends', async () => {
    const controlPlane = new ControlPlane();
    const port = await controlPlane.listen();
    cleanups.push(() => controlPlane.close());
    const older = envoy(port, []);
    await controlPlane.connected.promise;
    controlPlane.connected = Promise.withResolvers();
    envoy(port, []);
    await controlPlane.connected.promise;
    await older.stop();
    expect(controlPlane.disconnected).toBe(0);
    expect(controlPlane.ads.proxies.size).toBe(1);
  });
});
