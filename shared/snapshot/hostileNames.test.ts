import { expect, test } from 'vitest';
import { NO_METADATA, viewOf, type WrittenResource } from '../../test/support/snapshotCase.ts';
import { createRegistry } from '../resource/registry.ts';
import { DNS_NAME } from '../xds/names.ts';
import { generateSnapshot } from './generateSnapshot.ts';

const registry = createRegistry([]);
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };
const mtls = { enabledBackend: 'ca', backends: [{ name: 'ca', type: 'builtin' }] };
const mesh: WrittenResource = { type: 'Mesh', name: 'm', mtls };

const dataplane = (name: string, service: string): WrittenResource => ({
  type: 'Dataplane',
  mesh: 'm',
  name,
  origin: 'zone-1',
  networking: { address: `10.0.0.${name.length}`, inbound: [{ port: 80, tags: { 'kuma.io/service': service } }] },
});

test('a service that is no name of DNS leaves the others theirs', () => {
  const vip = (address: string, service: string): WrittenResource => ({
    type: 'Vip',
    mesh: 'm',
    name: address,
    origin: 'zone-1',
    spec: { service },
  });
  const view = viewOf([
    mesh,
    dataplane('a', 'a:b'),
    dataplane('aa', 'web_m'),
    vip('240.0.0.1', 'a:b'),
    vip('240.0.0.2', 'web_m'),
  ]);
  const transparentProxy = { inboundPort: 15006, outboundPort: 15001, dnsPort: 15053 };
  const metadata = { ...NO_METADATA, dnsPort: 15053, transparentProxy };
  const proxy = { id: 'm.a', kind: 'sidecar' as const, mesh: 'm', name: 'a', metadata };
  const listener = generateSnapshot({ view, registry, settings, proxy }).listener.get(DNS_NAME);
  expect([...JSON.stringify(listener).matchAll(/"name":"([^"]*\.mesh)"/g)].map(([, name]) => name)).toEqual([
    'web_m.mesh',
    'web.m.mesh',
  ]);
});

test('a route to any value of a tag leaves the ways into a zone open', () => {
  const networking = { address: '10.0.0.9', port: 10001, advertisedAddress: '10.0.0.9', advertisedPort: 10001 };
  const any = { kind: 'MeshServiceSubset', name: 'web', tags: { version: '*' } };
  const rules = [{ matches: [{ method: 'GET' }], default: { backendRefs: [any] } }];
  const view = viewOf([
    mesh,
    dataplane('a', 'web'),
    { type: 'ZoneIngress', name: 'i', origin: 'zone-1', networking },
    {
      type: 'MeshHTTPRoute',
      mesh: 'm',
      name: 'r',
      spec: { to: [{ targetRef: { kind: 'MeshService', name: 'web' }, rules }] },
    },
  ]);
  const proxy = { id: '.i', kind: 'ingress' as const, mesh: '', name: 'i', metadata: NO_METADATA };
  const [listener] = generateSnapshot({ view, registry, settings, proxy }).listener.values();
  const chains = (listener?.filterChains ?? []) as { filterChainMatch: { serverNames: string[] } }[];
  expect(chains.flatMap(({ filterChainMatch: { serverNames } }) => serverNames)).toEqual(['web{mesh=m}']);
});
