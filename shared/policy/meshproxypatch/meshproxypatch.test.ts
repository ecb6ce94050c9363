import { describe, expect, it } from 'vitest';
import { ResourceSet } from '../../xds/resourceSet.ts';
import { applyMeshProxyPatch } from './apply.ts';
import type { Modification } from './schema.ts';

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

function world() {
  const set = new ResourceSet();
  set.put('cluster', 'backend', {
    name: 'backend',
    connectTimeout: '5s',
    circuitBreakers: { thresholds: [{ maxRetries: 3 }] },
  });
  set.put('cluster', 'localhost:8080', { name: 'localhost:8080', connectTimeout: '10s' });
  const hcm = { '@type': HCM, statPrefix: 'x', httpFilters: [{ name: 'envoy.filters.http.router' }] };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typedConfig: hcm }];
  set.put('listener', 'inbound:127.0.0.1:80', { name: 'inbound:127.0.0.1:80', filterChains: [{ filters }] });
  set.put('route', 'outbound:backend', {
    name: 'outbound:backend',
    virtualHosts: [{ name: 'backend', domains: ['*'] }],
  });
  return set;
}

const apply = (set: ResourceSet, ...appendModifications: Modification[]) =>
  applyMeshProxyPatch(set, { appendModifications });

describe('MeshProxyPatch', () => {
  it('merges a value into the clusters it means, and into no shared object', () => {
    const set = world();
    const shared = set.get('cluster', 'backend');
    apply(set, {
      cluster: {
        operation: 'Patch',
        match: { origin: 'outbound' },
        value: 'connect_timeout: 1.5s\ncircuit_breakers: { thresholds: [{ max_requests: 7 }] }\nlb_policy: 3',
      },
    });
    expect(set.get('cluster', 'backend')).toEqual({
      name: 'backend',
      connectTimeout: '1.500s',
      lbPolicy: 'RANDOM',
      circuitBreakers: { thresholds: [{ maxRetries: 3 }, { maxRequests: 7 }] },
    });
    expect(set.get('cluster', 'localhost:8080')).toEqual({ name: 'localhost:8080', connectTimeout: '10s' });
    expect(shared).toMatchObject({ connectTimeout: '5s' });
  });

  it('puts a member of a oneof in the place of another', () => {
    const set = world();
    set.put('cluster', 'backend', { name: 'backend', type: 'EDS', edsClusterConfig: { serviceName: 'x' } });
    apply(set, { cluster: { operation: 'Patch', value: 'cluster_type: { name: envoy.clusters.dns }' } });
    const patched = {
      name: 'backend',
      clusterType: { name: 'envoy.clusters.dns' },
      edsClusterConfig: { serviceName: 'x' },
    };
    expect(set.get('cluster', 'backend')).toEqual(patched);
  });

  it('finds listeners by tags, whose values may be any', () => {
    const tagged = (env: Record<string, string>) => {
      const set = world();
      const metadata = { filterMetadata: { 'io.kuma.tags': { env: 'prod' } } };
      set.put('listener', 'tagged', { name: 'tagged', metadata });
      apply(set, { listener: { operation: 'Remove', match: { tags: env } } });
      return set.names('listener');
    };
    expect(tagged({ env: '*' })).toEqual(['inbound:127.0.0.1:80']);
    expect(tagged({ env: 'prod' })).toEqual(['inbound:127.0.0.1:80']);
    expect(tagged({ env: 'test' })).toHaveLength(2);
    expect(tagged({ team: '*' })).toHaveLength(2);
  });

  it('adds and removes whole resources', () => {
    const set = world();
    apply(
      set,
      { cluster: { operation: 'Add', value: 'name: extra\nconnectTimeout: 1s' } },
      { cluster: { operation: 'Remove', match: { name: 'backend' } } },
    );
    expect(set.names('cluster').sort()).toEqual(['extra', 'localhost:8080']);
  });

  it('places HTTP filters, and patches one by JSON patch', () => {
    const set = world();
    const lua =
      'name: envoy.filters.http.lua\ntyped_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, inline_code: x }';
    apply(
      set,
      {
        httpFilter: {
          operation: 'AddBefore',
          match: { name: 'envoy.filters.http.router', origin: 'inbound' },
          value: lua,
        },
      },
      {
        httpFilter: {
          operation: 'Patch',
          match: { name: 'envoy.filters.http.lua' },
          jsonPatches: [{ op: 'replace', path: '/inline_code', value: 'y' }],
        },
      },
    );
    const listener = set.get('listener', 'inbound:127.0.0.1:80') as never as {
      filterChains: { filters: { typedConfig: { httpFilters: unknown[] } }[] }[];
    };
    expect(listener.filterChains[0]?.filters[0]?.typedConfig.httpFilters).toEqual([
      {
        name: 'envoy.filters.http.lua',
        typedConfig: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua', inlineCode: 'y' },
      },
      { name: 'envoy.filters.http.router' },
    ]);
  });

  it('makes what JSON patches add one form, in whatever form it was written', () => {
    const set = world();
    const patch = (op: 'add' | 'replace', path: string, value: unknown) => ({ op, path, value });
    apply(set, {
      cluster: {
        operation: 'Patch',
        match: { name: 'backend' },
        jsonPatches: [
          patch('add', '/lb_policy', 3),
          patch('replace', '/connect_timeout', '1.5s'),
          patch('add', '/outlier_detection/consecutive_5xx', 2),
          patch('add', '/metadata/filterMetadata/x', { a_b: 1 }),
        ],
      },
    });
    expect(set.get('cluster', 'backend')).toEqual({
      name: 'backend',
      connectTimeout: '1.500s',
      circuitBreakers: { thresholds: [{ maxRetries: 3 }] },
      lbPolicy: 'RANDOM',
      outlierDetection: { consecutive5xx: 2 },
      metadata: { filterMetadata: { x: { a_b: 1 } } },
    });
  });

  it('names the resource that a JSON patch does not fit', () => {
    const wrong = (path: string) => () =>
      apply(world(), {
        cluster: { operation: 'Patch', match: { name: 'backend' }, jsonPatches: [{ op: 'add', path, value: 'x' }] },
      });
    expect(wrong('/circuitBreakers/thresholds/7')).toThrow(
      'MeshProxyPatch of cluster backend: JSON patch: there is no "/circuitBreakers/thresholds/7" in the resource',
    );
    expect(wrong('/noSuchField')).toThrow(/MeshProxyPatch of cluster backend: .*noSuchField/);
  });

  it('gives what it adds an origin of its own', () => {
    const set = world();
    const patch = (origin: string, seconds: number) => ({
      cluster: { operation: 'Patch' as const, match: { origin }, value: `connect_timeout: ${seconds}s` },
    });
    apply(
      set,
      { cluster: { operation: 'Add', value: 'name: extra' } },
      patch('mesh-proxy-patch', 1),
      patch('outbound', 2),
    );
    expect(set.get('cluster', 'extra')).toEqual({ name: 'extra', connectTimeout: '1s' });
    expect(set.get('cluster', 'backend')).toMatchObject({ connectTimeout: '2s' });
  });

  it('reaches virtual hosts of routes', () => {
    const set = world();
    apply(set, {
      virtualHost: {
        operation: 'Patch',
        match: { routeConfigurationName: 'outbound:backend' },
        value: 'retry_policy: { retry_on: 5xx }',
      },
    });
    expect(set.get('route', 'outbound:backend')).toMatchObject({
      virtualHosts: [{ name: 'backend', retryPolicy: { retryOn: '5xx' } }],
    });
  });

  it('reaches virtual hosts of routes that stand in a listener', () => {
    const set = world();
    const routeConfig = { name: 'admin', virtualHosts: [{ name: 'ready', domains: ['*'] }] };
    const admin = {
      name: 'kuma:envoy:admin',
      filterChains: [{ filters: [{ typedConfig: { '@type': HCM, routeConfig } }] }],
    };
    set.put('listener', 'kuma:envoy:admin', admin);
    const remove = (match: object) => ({ virtualHost: { operation: 'Remove' as const, match } });
    apply(set, remove({ origin: 'inbound' }), remove({ routeConfigurationName: 'other' }), remove({ name: 'other' }));
    expect(set.get('listener', 'kuma:envoy:admin')).toEqual(admin);
    apply(set, remove({ routeConfigurationName: 'admin', origin: 'admin', name: 'ready' }));
    expect(set.get('listener', 'kuma:envoy:admin')).toMatchObject({
      filterChains: [{ filters: [{ typedConfig: { routeConfig: { virtualHosts: [] } } }] }],
    });
    expect(routeConfig.virtualHosts).toHaveLength(1);
  });

  it('merges of a filter only what it is configured with', () => {
    const set = world();
    const value =
      'name: other\nis_optional: true\ntyped_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router, dynamic_stats: false }';
    const match = { name: 'envoy.filters.http.router' };
    apply(
      set,
      { httpFilter: { operation: 'Patch', match, value } },
      { httpFilter: { operation: 'Patch', match, value: 'name: x' } },
    );
    expect(set.get('listener', 'inbound:127.0.0.1:80')).toMatchObject({
      filterChains: [
        {
          filters: [
            {
              typedConfig: {
                httpFilters: [
                  {
                    name: 'envoy.filters.http.router',
                    typedConfig: {
                      '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                      dynamicStats: false,
                    },
                  },
                ],
              },
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(set.get('listener', 'inbound:127.0.0.1:80'))).not.toContain('isOptional');
  });
});
