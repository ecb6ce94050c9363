import { describe, expect, it } from 'vitest';
import { resourceOf, viewOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { availableServices } from './availableServices.ts';
import { serviceIndex } from './services.ts';
import type { View } from './view.ts';

const dataplane = (
  name: string,
  address: string,
  tags: Record<string, string>,
  inbound: object = {},
): WrittenResource => ({
  type: 'Dataplane',
  mesh: 'default',
  name,
  origin: 'zone-1',
  networking: { address, inbound: [{ port: 80, tags, ...inbound }] },
});

const MESH: WrittenResource = { type: 'Mesh', name: 'default' };
const A = { 'kuma.io/service': 'a', 'kuma.io/protocol': 'http' };
const B = { 'kuma.io/service': 'b' };

let version = 100;
const write = (view: View, one: WrittenResource, deleted = false) =>
  view.apply({
    origin: one.origin ?? '',
    key: resourceOf(one),
    resource: deleted ? null : resourceOf(one),
    version: ++version,
  });

describe('service index', () => {
  it('keeps what did not change, so that a change is seen by comparing objects', () => {
    const view = viewOf([MESH, dataplane('a-1', '10.0.0.1', A), dataplane('b-1', '10.0.0.2', B)]);
    const before = serviceIndex(view, 'default', 'zone-1');
    expect(serviceIndex(view, 'default', 'zone-1')).toBe(before);

    write(view, { ...dataplane('b-1', '10.0.0.2', B), labels: { only: 'a label' } });
    expect(serviceIndex(view, 'default', 'zone-1')).toBe(before);

    write(view, dataplane('b-1', '10.0.0.3', B));
    const after = serviceIndex(view, 'default', 'zone-1');
    expect(after.services.get('a')).toBe(before.services.get('a'));
    expect(after.services.get('b')).not.toBe(before.services.get('b'));
    expect(after.shape).toBe(before.shape);
  });

  it('gives nobody an endpoint at what looks like an address and is none: Envoy would refuse all of the service', () => {
    const view = viewOf([MESH, dataplane('a-1', '10.0.0.1', A), dataplane('a-2', '10.0.0.999', A)]);
    const { endpoints } = serviceIndex(view, 'default', 'zone-1').services.get('a') ?? {};
    expect(endpoints?.map(({ address }) => address)).toEqual(['10.0.0.1']);
  });

  it('keeps the protocol of a service whose instances are all unhealthy', () => {
    const view = viewOf([MESH, dataplane('a-1', '10.0.0.1', A, { state: 'NotReady' })]);
    expect(serviceIndex(view, 'default', 'zone-1').services.get('a')).toMatchObject({
      protocol: 'http',
      endpoints: [],
      local: true,
    });
  });

  it('knows services of other zones without mTLS, but no way to them', () => {
    const ingress: WrittenResource = {
      type: 'ZoneIngress',
      name: 'i',
      origin: 'zone-2',
      networking: { address: '10.0.0.9', port: 10001, advertisedAddress: '10.0.0.9', advertisedPort: 10001 },
      availableServices: [{ mesh: 'default', instances: 3, tags: A }],
    };
    const view = viewOf([MESH, ingress]);
    expect(serviceIndex(view, 'default', 'zone-1').services.get('a')).toMatchObject({
      protocol: 'http',
      endpoints: [],
      local: false,
    });
    write(view, { ...MESH, mtls: { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] } });
    expect(serviceIndex(view, 'default', 'zone-1').services.get('a')?.endpoints).toMatchObject([
      { address: '10.0.0.9', zone: 'zone-2', weight: 3, priority: 0 },
    ]);
    expect(serviceIndex(view, 'default', 'zone-1').services.get('a')?.localEndpoints).toEqual([]);
  });
});

const ingress = (origin: string, address: string): WrittenResource => ({
  type: 'ZoneIngress',
  name: 'i',
  origin,
  networking: { address, port: 10001, advertisedAddress: address, advertisedPort: 10001 },
  availableServices: [{ mesh: 'default', instances: 3, tags: A }],
});
const mtls = { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] };

function mark(view: View, origin: string, dead: boolean): void {
  const entry = view.get(resourceOf(ingress(origin, '')), origin);
  if (!entry) throw new Error('it is in the view');
  const resource = { ...entry.resource, status: { dead } };
  view.apply({ origin, key: resource, resource, version: entry.version, again: true });
}

it('counts no more instances of another zone than Envoy could add up', () => {
  const services = [1, 2].map((v) => ({ mesh: 'default', instances: 0xffff_ffff, tags: { ...A, version: `v${v}` } }));
  const view = viewOf([
    { ...MESH, mtls },
    { ...ingress('zone-2', '10.0.0.9'), availableServices: services },
  ]);
  const { endpoints = [] } = serviceIndex(view, 'default', 'zone-1').services.get('a') ?? {};
  expect(endpoints.map(({ weight }) => weight)).toEqual([65_536, 65_536]);
});

describe('a proxy at a domain name', () => {
  const endpointsWith = (written: readonly WrittenResource[], one: WrittenResource, name: string) => {
    const view = viewOf([...written, one]);
    const addresses = () =>
      serviceIndex(view, 'default', 'zone-1')
        .services.get('a')
        ?.endpoints.map(({ address }) => address);
    const told = [addresses()];
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      const { resource, version } = view.get(resourceOf(one), one.origin ?? '') ?? {};
      if (!resource || !version) throw new Error('it is in the view');
      const found = { ...resource, status: { addresses: { [name]: address } } };
      view.apply({ origin: one.origin ?? '', key: resource, resource: found, version, again: true });
      told.push(addresses());
    }
    return told;
  };

  it('gives endpoints at the address of the name, and none before that is known', () => {
    const toldOfOwn = endpointsWith([MESH], dataplane('a-1', 'vm.example', A), 'vm.example');
    expect(toldOfOwn).toEqual([[], ['192.0.2.1'], ['192.0.2.2']]);
    const peer = ingress('zone-2', 'ingress.example');
    const toldOfPeer = endpointsWith([{ ...MESH, mtls }], peer, 'ingress.example');
    expect(toldOfPeer).toEqual([[], ['192.0.2.1'], ['192.0.2.2']]);
  });
});

describe('a dead ingress', () => {
  it('gives no endpoints and does not count, but its services stay known', () => {
    const view = viewOf([
      { ...MESH, mtls },
      dataplane('a-1', '10.0.0.1', A),
      ingress('zone-2', '10.0.0.9'),
      ingress('zone-3', '10.0.0.8'),
    ]);
    const addresses = () =>
      serviceIndex(view, 'default', 'zone-1')
        .services.get('a')
        ?.endpoints.map(({ address, weight }) => [address, weight]);
    const { shape } = serviceIndex(view, 'default', 'zone-1');
    expect(addresses()).toEqual([
      ['10.0.0.1', 2],
      ['10.0.0.9', 3],
      ['10.0.0.8', 3],
    ]);
    mark(view, 'zone-2', true);
    expect(addresses()).toEqual([
      ['10.0.0.1', 1],
      ['10.0.0.8', 3],
    ]);
    mark(view, 'zone-3', true);
    expect(addresses()).toEqual([['10.0.0.1', 1]]);
    expect(serviceIndex(view, 'default', 'zone-1').shape).toBe(shape);
    mark(view, 'zone-2', false);
    expect(addresses()).toHaveLength(2);
  });
});

describe('a mesh that leaves by the egress', () => {
  const mesh = { ...MESH, mtls, routing: { zoneEgress: true } };
  const egress = (name: string, address: string, origin = 'zone-1'): WrittenResource => ({
    type: 'ZoneEgress',
    name,
    origin,
    networking: { address, port: 10002 },
  });
  const service = (view: View) => serviceIndex(view, 'default', 'zone-1').services.get('a');
  const dialled = (view: View) => service(view)?.endpoints.map(({ address, weight }) => [address, weight]);

  it('goes to other zones by the egresses of its own zone, one of weight 1 for each ingress behind them', () => {
    const view = viewOf([
      mesh,
      dataplane('a-1', '10.0.0.1', A),
      ingress('zone-2', '10.0.0.9'),
      egress('e', '10.2.0.1'),
    ]);
    write(view, egress('e', '10.2.0.7', 'zone-2'));
    expect(dialled(view)).toEqual([
      ['10.0.0.1', 1],
      ['10.2.0.1', 1],
    ]);
    expect(service(view)).toMatchObject({
      throughEgress: true,
      remoteEndpoints: [{ address: '10.0.0.9', zone: 'zone-2', weight: 3 }],
    });
    write(view, egress('f', '10.2.0.2'));
    expect(dialled(view)).toHaveLength(3);
  });

  it('has no way there when there is no egress, or only one that is known by a name', () => {
    const view = viewOf([mesh, ingress('zone-2', '10.0.0.9'), egress('e', 'egress.example')]);
    expect(service(view)).toMatchObject({ throughEgress: true, endpoints: [] });
    expect(service(view)?.remoteEndpoints).toHaveLength(1);
  });

  it('does not go to the egress for what is only behind dead ingresses, nor does the egress go there', () => {
    const view = viewOf([mesh, ingress('zone-2', '10.0.0.9'), egress('e', '10.2.0.1')]);
    const { shape } = serviceIndex(view, 'default', 'zone-1');
    mark(view, 'zone-2', true);
    expect(service(view)).toMatchObject({ throughEgress: true, endpoints: [], remoteEndpoints: [] });
    expect(serviceIndex(view, 'default', 'zone-1').shape).toBe(shape);
    mark(view, 'zone-2', false);
    expect(dialled(view)).toEqual([['10.2.0.1', 1]]);
  });

  it('is as any other without mTLS: no way to other zones', () => {
    const view = viewOf([{ ...mesh, mtls: {} }, ingress('zone-2', '10.0.0.9'), egress('e', '10.2.0.1')]);
    expect(service(view)).toMatchObject({ throughEgress: false, endpoints: [], remoteEndpoints: [] });
  });
});

describe('an instance where plain text is let in', () => {
  const backends = [{ name: 'ca', type: 'builtin', mode: 'PERMISSIVE' }];
  const mesh = { ...MESH, mtls: { enabledBackend: 'ca', backends } };
  const insight = (name: string, issuedBackend: string | undefined): WrittenResource => ({
    type: 'DataplaneInsight',
    mesh: 'default',
    name,
    origin: 'zone-1',
    ...(issuedBackend && { mTLS: { issuedBackend } }),
  });
  const called = (view: View) =>
    serviceIndex(view, 'default', 'zone-1')
      .services.get('a')
      ?.endpoints.map(({ address, plain }) => [address, plain === true]);

  it('is called in plain text until it has a certificate of the CA', () => {
    const view = viewOf([MESH, dataplane('a-1', '10.0.0.1', A), dataplane('a-2', '10.0.0.2', A), insight('a-2', 'ca')]);
    const both = (first: boolean, second: boolean) => [
      ['10.0.0.1', first],
      ['10.0.0.2', second],
    ];
    expect(called(view)).toEqual(both(false, false));
    write(view, mesh);
    expect(called(view)).toEqual(both(true, false));
    write(view, insight('a-1', 'another'));
    expect(called(view)).toEqual(both(true, false));
    write(view, insight('a-1', 'ca'));
    write(view, { ...dataplane('a-1', '10.0.0.1', A), labels: { only: 'a label' } });
    expect(called(view)).toEqual(both(false, false));
    write(view, insight('a-2', undefined), true);
    expect(called(view)).toEqual(both(false, true));
    write(view, { ...mesh, mtls: { enabledBackend: 'ca', backends: [{ ...backends[0], mode: 'STRICT' }] } });
    expect(called(view)).toEqual(both(false, false));
  });

  it('is the same to an ingress, whose callers are elsewhere', () => {
    const view = viewOf([mesh, dataplane('a-1', '10.0.0.1', A)]);
    const local = () => serviceIndex(view, 'default', 'zone-1').services.get('a')?.localEndpoints;
    const before = local();
    expect(before?.map(({ plain }) => plain)).toEqual([undefined]);
    write(view, insight('a-1', 'ca'));
    expect(local()).toEqual(before);
  });

  it('keeps the others what they are when it gets its certificate', () => {
    const view = viewOf([mesh, dataplane('a-1', '10.0.0.1', A), dataplane('b-1', '10.0.0.3', B)]);
    const before = serviceIndex(view, 'default', 'zone-1');
    write(view, insight('a-1', undefined));
    expect(serviceIndex(view, 'default', 'zone-1')).toBe(before);
    write(view, insight('a-1', 'ca'));
    const after = serviceIndex(view, 'default', 'zone-1');
    expect(after.services.get('b')).toBe(before.services.get('b'));
    expect(after.shape).toBe(before.shape);
  });
});

describe('available services', () => {
  it('are healthy inbounds and gateways of this zone, counted by tags and sorted', () => {
    const view = viewOf([
      MESH,
      dataplane('b-1', '10.0.0.3', B),
      dataplane('a-1', '10.0.0.1', A),
      dataplane('a-2', '10.0.0.2', A),
      dataplane('a-3', '10.0.0.4', A, { state: 'NotReady' }),
      dataplane('a-4', '10.0.0.5', A, { health: { ready: false } }),
      dataplane('a-5', '10.0.0.6', A, { state: 'Ignored' }),
      { ...dataplane('a-6', '10.0.0.7', A), origin: 'zone-2' },
      {
        type: 'Dataplane',
        mesh: 'default',
        name: 'edge',
        origin: 'zone-1',
        networking: { address: '10.0.0.8', gateway: { tags: { 'kuma.io/service': 'edge' } } },
      },
    ]);
    expect(availableServices(view, 'zone-1')).toEqual([
      { mesh: 'default', instances: 2, tags: { ...A, 'kuma.io/zone': 'zone-1' } },
      { mesh: 'default', instances: 1, tags: { ...B, 'kuma.io/zone': 'zone-1' } },
      { mesh: 'default', instances: 1, tags: { 'kuma.io/service': 'edge', 'kuma.io/zone': 'zone-1' } },
    ]);
  });
});
