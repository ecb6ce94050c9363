import { expect, it } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import { inconsistencies } from '../../test/support/inconsistencies.ts';
import { NO_METADATA, viewOf } from '../../test/support/snapshotCase.ts';
import type { AddressJson } from '../xds/gen/envoy/config/core/v3/address_pb.d.ts';
import { ADMIN_CA_NAME, ADMIN_NAME } from '../xds/names.ts';
import type { AdminTrust } from './adminTrust.ts';
import { generateSnapshot } from './generateSnapshot.ts';
import { Memo } from './memo.ts';
import type { Proxy } from './proxy.ts';

const registry = await loadRegistry();
const settings = { zone: 'zone-1', domain: 'mesh', serviceVipPort: 80 };
const adminTrust: AdminTrust = { certificateChainPem: 'certificate', privateKeyPem: 'key', trustedPem: 'ca' };
const inbound = [{ port: 80, servicePort: 8080, tags: { 'kuma.io/service': 'web' } }];
const view = viewOf([
  { type: 'Mesh', name: 'default' },
  ...['10.0.0.1', '10.0.0.2', '127.0.0.1'].map((address, i) => ({
    type: 'Dataplane',
    mesh: 'default',
    name: `web-${i + 1}`,
    origin: 'zone-1',
    networking: { address, inbound },
  })),
  { type: 'ZoneIngress', name: 'in-1', origin: 'zone-1', networking: { address: '10.0.0.3', port: 10001 } },
]);

function proxy(name: string, adminPort: number): Proxy {
  const metadata = { ...NO_METADATA, adminPort, adminSocket: '/run/admin.sock' };
  if (name === 'in-1') return { id: '.in-1', kind: 'ingress', mesh: '', name, metadata };
  return { id: `default.${name}`, kind: 'sidecar', mesh: 'default', name, metadata };
}

const memo = new Memo();
const snapshotOf = (one: Proxy) => generateSnapshot({ view, registry, settings, proxy: one, adminTrust, memo });

it.each(['web-1', 'in-1'])('%s has what its admin listener shows, and whom it lets in', (name) => {
  const snapshot = snapshotOf(proxy(name, 9901));
  expect(snapshot.secret.get(ADMIN_NAME)?.tlsCertificate).toEqual({
    certificateChain: { inlineString: 'certificate' },
    privateKey: { inlineString: 'key' },
  });
  expect(snapshot.secret.get(ADMIN_CA_NAME)?.validationContext).toEqual({ trustedCa: { inlineString: 'ca' } });
  expect(inconsistencies(snapshot)).toEqual([]);
});

it('proxies share all of it but where the listener is', () => {
  const [one, other] = [snapshotOf(proxy('web-1', 9901)), snapshotOf(proxy('web-2', 9902))];
  for (const name of [ADMIN_NAME, ADMIN_CA_NAME]) expect(one.secret.get(name)).toBe(other.secret.get(name));
  const [listener, another] = [one.listener.get(ADMIN_NAME), other.listener.get(ADMIN_NAME)];
  expect(listener?.filterChains).toBe(another?.filterChains);
  expect(listener?.address).not.toEqual(another?.address);
});

it.each([
  ['it has no admin port', 'web-1', 0],
  ['an inbound has the port', 'web-1', 80],
  ['the application has the port', 'web-1', 8080],
  ['its address is that of the admin API itself', 'web-3', 9901],
  ['the zone proxy has the port', 'in-1', 10001],
])('there is no admin listener where %s, and no secret of one', (_why, name, port) => {
  const snapshot = snapshotOf(proxy(name, port));
  expect(snapshot.listener.has(ADMIN_NAME)).toBe(false);
  expect([...snapshot.secret.keys()]).toEqual([]);
});

it.each([
  [
    'metrics',
    { metrics: { enabledBackend: 'p', backends: [{ name: 'p', type: 'prometheus', conf: { port: 9901 } }] } },
    {},
  ],
  ['virtual probes', {}, { probes: { port: 9901 } }],
])('the port is left to %s, which Envoy would refuse beside an admin listener', (_what, mesh, more) => {
  const networking = { address: '10.0.0.1', inbound };
  const taken = viewOf([
    { type: 'Mesh', name: 'default', ...mesh },
    { type: 'Dataplane', mesh: 'default', name: 'web-1', origin: 'zone-1', networking, ...more },
  ]);
  const snapshot = generateSnapshot({ view: taken, registry, settings, proxy: proxy('web-1', 9901), adminTrust, memo });
  const ports = [...snapshot.listener.values()].map(({ address }) => (address as AddressJson).socketAddress?.portValue);
  expect(ports.toSorted()).toEqual([80, 9901]);
  expect(snapshot.listener.has(ADMIN_NAME)).toBe(false);
});
