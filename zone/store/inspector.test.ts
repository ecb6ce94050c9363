import { expect, test } from 'vitest';
import { loadRegistry } from '../../deploy/registry.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { ProxyConfig } from '../../shared/rest/ports.ts';
import type { Proxy } from '../../shared/snapshot/proxy.ts';
import { View } from '../../shared/view/view.ts';
import { TYPE_URL } from '../../shared/xds/snapshot.ts';
import { resource } from '../../test/support/resource.ts';
import { NO_METADATA } from '../../test/support/snapshotCase.ts';
import { inspector } from './inspector.ts';

const registry = await loadRegistry();
const settings = { zone: 'east', domain: 'mesh', serviceVipPort: 80 };

const tags = (service: string) => ({ 'kuma.io/service': service, 'kuma.io/protocol': 'http' });
const web = resource('Dataplane', 'demo', 'web-1', {
  networking: {
    address: '127.0.0.1',
    inbound: [{ port: 8080, tags: tags('web') }],
    outbound: [{ port: 9000, tags: { 'kuma.io/service': 'backend' } }],
  },
});
const backend = resource('Dataplane', 'demo', 'backend-1', {
  networking: { address: '127.0.0.2', inbound: [{ port: 8080, tags: tags('backend') }] },
});
const timeout = (name: string, connectionTimeout: string, labels = {}) =>
  resource(
    'MeshTimeout',
    'demo',
    name,
    {
      targetRef: { kind: 'Mesh' },
      to: [{ targetRef: { kind: 'Mesh' }, default: { connectionTimeout } }],
    },
    { labels },
  );

const proxy: Proxy = {
  id: 'demo.web-1',
  kind: 'sidecar',
  mesh: 'demo',
  name: 'web-1',
  metadata: NO_METADATA,
};

function setting() {
  const view = new View();
  const given: [Resource, string][] = [
    [resource('Mesh', '', 'demo', {}), ''],
    [timeout('b', '3s'), ''],
    [timeout('a', '7s', { 'kuma.io/effect': 'shadow' }), ''],
    [web, 'east'],
    [backend, 'east'],
  ];
  for (const [one, origin] of given) view.apply({ origin, key: one, resource: one, version: 1 });
  return { view, asked: inspector({ view, registry, settings, ads: { proxies: new Map([[proxy.id, proxy]]) } }) };
}

const stored = { resource: web, version: 1, origin: 'east' };
const connectTimeout = (config: ProxyConfig = {}) =>
  (config[TYPE_URL.cluster] as { backend: { connectTimeout?: string } }).backend.connectTimeout;

test('a shadow takes effect only when asked for', async () => {
  const { view, asked } = setting();
  expect(connectTimeout(await asked.config?.(stored))).toBe('3s');
  expect(connectTimeout(await asked.config?.(stored, { shadow: true }))).toBe('7s');
  expect(connectTimeout(await asked.config?.(stored)), 'the view itself is untouched').toBe('3s');
  expect(view.count('MeshTimeout', 'demo')).toBe(2);
});

test('secrets are not shown, and a proxy that never connected has no configuration', async () => {
  const { asked } = setting();
  const config = (await asked.config?.(stored)) ?? {};
  expect(Object.keys(config).sort()).toEqual(
    [TYPE_URL.cluster, TYPE_URL.endpoint, TYPE_URL.listener, TYPE_URL.route].sort(),
  );
  expect(await asked.config?.({ ...stored, resource: backend })).toBeUndefined();
});

test('a proxy that was connected is shown what it would be given', async () => {
  const { view, asked } = setting();
  const key = { type: 'DataplaneInsight', mesh: 'demo', name: 'backend-1' };
  const insight = { ...resource('DataplaneInsight', 'demo', 'backend-1', { metadata: NO_METADATA }) };
  view.apply({ origin: 'east', key, resource: insight, version: 1 });
  const config = await asked.config?.({ ...stored, resource: backend });
  expect(config?.[TYPE_URL.listener]).toHaveProperty(['inbound:127.0.0.2:8080']);
});
