import { fromJson } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { BootstrapSchema } from '../../shared/xds/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { registry as xdsTypes } from '../../shared/xds/gen/registry.js';
import { serverCertificateFor } from '../../test/support/certificates.ts';
import { viewOf } from '../../test/support/snapshotCase.ts';
import { answer } from './bootstrapHandler.ts';
import { DefaultAdminPorts } from './defaultAdminPorts.ts';
import { readNodeMetadata } from './nodeMetadata.ts';

const registry = await loadRegistry();
let certificatePem = '';
beforeAll(async () => {
  ({ certificatePem } = await serverCertificateFor('localhost', '127.0.0.1'));
});

const dataplane = {
  type: 'Dataplane',
  mesh: 'demo',
  name: 'backend-1',
  networking: {
    address: '10.0.0.1',
    admin: { port: 9901 },
    inbound: [{ port: 80, tags: { 'kuma.io/service': 'backend' } }],
  },
};
const view = viewOf([
  { type: 'Mesh', name: 'demo' },
  { ...dataplane, name: 'known', origin: 'zone-1' },
]);

/** As kuma-dp 2.14 sends it, cut to what matters. */
const request = {
  mesh: 'demo',
  name: 'backend-1',
  proxyType: 'dataplane',
  dataplaneToken: 'a.b.c',
  dataplaneTokenPath: '/token',
  dataplaneResource: JSON.stringify({
    ...dataplane,
    creationTime: '0001-01-01T00:00:00Z',
    modificationTime: '0001-01-01T00:00:00Z',
    kri: '',
  }),
  version: {
    kumaDp: { version: '2.14.3', gitTag: '', gitCommit: '', buildDate: '' },
    envoy: { version: '1.38.0', build: 'x', kumaDpCompatible: true },
    dependencies: { coredns: '1.12.0' },
  },
  caCert: '',
  dynamicMetadata: { a: 'b' },
  otelEnv: { pipeEnabled: false },
  dnsPort: 15054,
  readinessPort: 9902,
  appProbeProxyDisabled: true,
  operatingSystem: 'linux',
  features: ['feature-tcp-accesslog-via-named-pipe', 'feature-delta-grpc'],
  resources: { maxHeapSizeBytes: 0 },
  workdir: '/run/kuma-dp-1',
  metricsResources: { certPath: '', keyPath: '' },
  systemCaPath: '/etc/ssl/ca.crt',
  dataplaneConfig: {
    ipFamilyMode: 'ipv4',
    redirect: {
      inbound: { enabled: true, port: 15006 },
      outbound: { enabled: true, port: 15001 },
      dns: { enabled: true, port: 15053 },
    },
  },
  ipv6Enabled: false,
};

function ask(
  change: object = {},
  { host = 'localhost:5678', accept = 'application/json', auth = 'dpToken' as 'dpToken' | 'none' } = {},
) {
  const deps = {
    view,
    registry,
    role: { mode: 'zone' as const, zone: 'zone-1', environment: 'universal' as const },
    zone: 'zone-1',
    auth,
    certificatePem,
    trusted: () => certificatePem,
    host: '127.0.0.1',
    adminPorts: new DefaultAdminPorts(view, 'zone-1'),
    now: () => new Date(),
  };
  return answer(JSON.stringify({ ...request, ...change }), { host, accept }, 5678, deps);
}

interface Config {
  readonly node: { readonly id: string; readonly cluster: string; readonly metadata: Record<string, unknown> };
  readonly hdsConfig?: unknown;
  readonly statsConfig: { readonly statsTags: readonly { readonly tagName: string; readonly regex: string }[] };
  readonly dynamicResources: {
    readonly adsConfig: { readonly apiType: string; readonly grpcServices: { readonly initialMetadata: unknown }[] };
  };
  readonly staticResources: {
    readonly clusters: { readonly type: string }[];
    readonly secrets: { readonly validationContext: Record<string, unknown> }[];
  };
}

function config(change: object = {}, options = {}): Config {
  const { status, body } = ask(change, options);
  expect(status, body).toBe(200);
  return JSON.parse(Buffer.from(JSON.parse(body).bootstrap, 'base64').toString());
}

describe('POST /bootstrap', () => {
  it('answers what an Envoy accepts, with the node that ADS reads', () => {
    const made = config();
    expect(() => fromJson(BootstrapSchema, made as never, { registry: xdsTypes })).not.toThrow();
    expect(made.node).toMatchObject({ id: 'demo.backend-1', cluster: 'backend' });
    expect(made.dynamicResources.adsConfig).toMatchObject({
      apiType: 'DELTA_GRPC',
      setNodeOnFirstMessageOnly: true,
      grpcServices: [{ initialMetadata: [{ key: 'authorization', value: 'a.b.c' }] }],
    });
    const read = readNodeMetadata(made.node.metadata);
    expect(JSON.parse(read.resource)).toMatchObject(dataplane);
    expect(read.proxy).toEqual({
      features: request.features,
      adminPort: 9901,
      adminSocket: '/run/kuma-dp-1/kuma-envoy-admin.sock',
      readinessPort: 9902,
      dnsPort: 15054,
      workdir: '/run/kuma-dp-1',
      probesApplications: true,
      transparentProxy: { inboundPort: 15006, outboundPort: 15001, dnsPort: 15053 },
      version: { dp: '2.14.3', envoy: '1.38.0' },
    });
    expect(read.versions).toMatchObject({ envoy: { build: 'x' }, dependencies: { coredns: '1.12.0' } });
    const odd = { ...made.node.metadata, version: { kumaDp: { version: 2 }, dependencies: { coredns: 1 } } };
    expect(readNodeMetadata(odd).versions, 'nothing but texts').toEqual({ kumaDp: { version: '' }, envoy: {} });
    expect(made.node.metadata).toMatchObject({
      'dataplane.admin.port': '9901',
      'dataplane.dns.port': '15054',
      'dataplane.appProbeProxy.enabled': 'true',
    });
    // Health is told over the same connection, which takes no deltas.
    expect(made.hdsConfig).toMatchObject({
      apiType: 'GRPC',
      grpcServices: [{ initialMetadata: [{ key: 'authorization', value: 'a.b.c' }] }],
    });
  });

  it('has a proxy that redirects nothing take nothing for redirected', () => {
    const redirected = (enabled: boolean) => {
      const redirect = { inbound: { enabled, port: 15006 }, outbound: { enabled, port: 15001 } };
      return readNodeMetadata(config({ dataplaneConfig: { redirect } }).node.metadata).proxy.transparentProxy;
    };
    expect(redirected(true)?.outboundPort).toBe(15001);
    expect(redirected(false)?.outboundPort).toBe(0);
  });

  it("names parts of statistics with Kuma's labels", () => {
    const labelsOf = (statistic: string) =>
      config().statsConfig.statsTags.flatMap(({ tagName, regex }) => {
        const value = new RegExp(regex).exec(statistic)?.[2];
        return value ? [[tagName, value]] : [];
      });
    expect(labelsOf('inbound_10_0_0_1_80.rbac.allowed')).toEqual([['listener', 'inbound_10_0_0_1_80']]);
    expect(labelsOf('http.inbound_web.rbac.denied')).toEqual([['listener', 'http.inbound_web']]);
    expect(labelsOf('listener.10.0.0.1_80.worker_1.downstream_cx_total')).toEqual([['worker', '1']]);
    expect(labelsOf('grpc.ads_cluster.streams_closed_14')).toEqual([
      ['name', 'ads_cluster'],
      ['status', '14'],
    ]);
  });

  it('speaks state of the world with those who know features but not delta', () => {
    const apiType = (features: string[]) => config({ features }).dynamicResources.adsConfig.apiType;
    expect(apiType(['feature-bind-outbounds'])).toBe('GRPC');
    expect(apiType([])).toBe('DELTA_GRPC');
  });

  it('trusts the certificate for the very host that the proxy called', () => {
    const trusted = (host: string) => config({}, { host }).staticResources;
    expect(trusted('localhost:5678').clusters[0]).toMatchObject({
      type: 'STRICT_DNS',
      dnsLookupFamily: 'V4_PREFERRED',
    });
    expect(trusted('localhost:5678').secrets[0]?.validationContext).toEqual({
      trustedCa: { inlineString: certificatePem },
      matchTypedSubjectAltNames: [{ sanType: 'DNS', matcher: { exact: 'localhost' } }],
    });
    expect(trusted('127.0.0.1:5678').clusters[0]?.type).toBe('STATIC');
    expect(ask({}, { host: 'elsewhere:5678' })).toMatchObject({
      status: 400,
      body: expect.stringContaining('does not name elsewhere'),
    });
  });

  it('knows a Dataplane that was written by hand by its name', () => {
    expect(config({ dataplaneResource: undefined, name: 'known' }).node.id).toBe('demo.known');
    expect(ask({ dataplaneResource: '', name: 'unknown' })).toMatchObject({ status: 404, body: '' });
  });

  it('makes zone proxies', () => {
    const ingress = { type: 'ZoneIngress', name: 'in', networking: { address: '10.0.0.1', port: 10001 } };
    const made = config({ mesh: '', name: 'in', proxyType: 'ingress', dataplaneResource: JSON.stringify(ingress) });
    expect(made.node).toMatchObject({ id: '.in', cluster: 'ingress' });
    expect(made.hdsConfig).toBeUndefined();
    const egress = { type: 'ZoneEgress', name: 'out', networking: { address: '10.0.0.1', port: 10002 } };
    const other = config({ mesh: '', name: 'out', proxyType: 'egress', dataplaneResource: JSON.stringify(egress) });
    expect(other.node).toMatchObject({
      id: '.out',
      cluster: 'egress',
      metadata: { 'dataplane.proxyType': 'egress', 'dataplane.resource': JSON.stringify(egress) },
    });
  });

  it('answers YAML to those who do not take JSON', () => {
    expect(ask({}, { accept: 'text/x-yaml' })).toMatchObject({ status: 200, contentType: 'text/x-yaml' });
  });

  it('carries our own loopback prefix', () => {
    expect(readNodeMetadata(config({ loopbackPrefix: '127.21' }).node.metadata).proxy.loopbackPrefix).toBe('127.21');
  });

  it('carries the files of the certificate for metrics, when there are both', () => {
    const filesOf = (metricsResources: object) =>
      readNodeMetadata(config({ metricsResources }).node.metadata).proxy.metricsCertificate;
    expect(filesOf({ certPath: '/c', keyPath: '/k' })).toEqual({ certificate: '/c', key: '/k' });
    expect(filesOf({ certPath: '/c', keyPath: '' })).toBeUndefined();
  });

  it('takes the admin port of the resource, else that of the request, else the default', () => {
    const { networking, ...rest } = dataplane;
    const { admin: _, ...without } = networking;
    const dataplaneResource = JSON.stringify({ ...rest, networking: { ...without, address: '10.0.0.2' } });
    const portOf = (asked: object) => readNodeMetadata(config(asked).node.metadata).proxy.adminPort;
    expect(portOf({ adminPort: 9905 })).toBe(9901);
    expect(portOf({ adminPort: 9905, dataplaneResource })).toBe(9905);
    expect(portOf({ dataplaneResource })).toBe(9901);
  });

  it('cuts the path of the admin socket where Kuma does', () => {
    const { adminSocket } = readNodeMetadata(config({ workdir: `/tmp/${'x'.repeat(120)}` }).node.metadata).proxy;
    expect(adminSocket).toHaveLength(103);
  });

  it.each([
    ['no token', { dataplaneToken: '' }, 422, 'a token is required'],
    [
      'an invalid Dataplane',
      { dataplaneResource: '{"type":"Dataplane","mesh":"demo","name":"x"}' },
      422,
      'the Dataplane is not valid',
    ],
    ['a Dataplane that is not JSON', { dataplaneResource: '{' }, 422, 'the Dataplane is not JSON'],
    [
      'a mesh that is not there',
      { dataplaneResource: JSON.stringify({ ...dataplane, mesh: 'no' }) },
      503,
      'there is no mesh no in this zone',
    ],
    ['a CA that is none', { caCert: 'x' }, 400, 'the CA certificate given is not a CA'],
    ['a wrong type', { features: 'all' }, 400, 'features'],
    ['a prefix outside of loopback', { loopbackPrefix: '10.1' }, 400, 'must be the beginning of a loopback network'],
  ])('refuses %s', (_, change, status, message) => {
    expect(ask(change)).toMatchObject({ status, body: expect.stringContaining(message) });
  });

  it('needs no token when authentication is off', () => {
    expect(ask({ dataplaneToken: '' }, { auth: 'none' }).status).toBe(200);
  });

  it('refuses what is no JSON', () => {
    const deps = {
      view,
      registry,
      role: { mode: 'zone' as const, zone: 'z', environment: 'universal' as const },
      zone: 'z',
      auth: 'none' as const,
      certificatePem,
      trusted: () => certificatePem,
      host: 'localhost',
      adminPorts: new DefaultAdminPorts(view, 'zone-1'),
      now: () => new Date(),
    };
    expect(answer('{', { host: 'localhost' }, 1, deps)).toMatchObject({
      status: 400,
      body: expect.stringContaining('the body is not JSON'),
    });
  });
});
