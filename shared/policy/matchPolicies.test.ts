import { describe, expect, it } from 'vitest';
import {
  policyRegistry as registry,
  policyView,
  putPolicy,
  sidecar,
  type WrittenPolicy,
} from '../../test/support/policyWorld.ts';
import type { DataplaneSpec } from '../resource/dataplane/spec.ts';
import type { Resource } from '../resource/resource.ts';
import { Memo } from '../snapshot/memo.ts';
import type { View } from '../view/view.ts';
import { mergedByMatch } from './inboundRules.ts';
import { matchPolicies } from './matchPolicies.ts';
import { mergeConfs } from './merge.ts';
import { routeName } from './routeName.ts';

const web = sidecar('web-1', [{ 'kuma.io/service': 'web', env: 'prod' }]);
const memo = new Memo();

function match(view: View, dataplane: Resource<DataplaneSpec> = web, zone = 'east') {
  return matchPolicies({ view, registry, mesh: 'default', zone, dataplane, memo });
}

const timeouts = (view: View, dataplane = web) => match(view, dataplane).get('MeshTimeout');

const toMesh = (conf: object, targetRef?: WrittenPolicy['spec']['targetRef']): WrittenPolicy => ({
  spec: { ...(targetRef && { targetRef }), to: [{ targetRef: { kind: 'Mesh' }, default: conf }] },
});

const toService = (name: string, conf: object) => [
  { targetRef: { kind: 'MeshService' as const, name }, default: conf },
];

const path = (value: string) => [{ path: { type: 'PathPrefix', value } }];

const toPath = (service: string, value: string): WrittenPolicy['spec'] => ({
  to: [{ targetRef: { kind: 'MeshService', name: service }, rules: [{ matches: path(value) }] }],
});

describe('to', () => {
  // all that orders policies at once: kinds, origins, entries, names; a service with two ports as two tag-based services
  const view = policyView({
    'mesh-timeout-all-default': toMesh(
      { connectionTimeout: '5s', idleTimeout: '1h', http: { requestTimeout: '15s', streamIdleTimeout: '30m' } },
      { kind: 'Mesh', proxyTypes: ['Sidecar'] },
    ),
    'a-slow': toMesh({ http: { requestTimeout: '60s' } }),
    'b-prod': toMesh({ idleTimeout: '10m' }, { kind: 'MeshSubset', tags: { env: 'prod' } }),
    'c-backend': {
      origin: 'east',
      spec: {
        to: [
          ...toService('backend', { http: { requestTimeout: '5s', maxStreamDuration: '1h' } }),
          ...toService('backend-admin', { http: { requestTimeout: '5s', maxStreamDuration: '1h' } }),
        ],
      },
    },
    'd-admin': {
      origin: 'east',
      spec: { targetRef: { kind: 'Dataplane' }, to: toService('backend-admin', { connectionTimeout: '1s' }) },
    },
  });
  const backend = {
    connectionTimeout: '5s',
    idleTimeout: '10m',
    http: { requestTimeout: '5s', streamIdleTimeout: '30m', maxStreamDuration: '1h' },
  };

  it('merges by the priority of the top-level target, then origin, entry and name', () => {
    const matched = timeouts(view);
    expect(matched?.policies.map(({ name }) => name)).toEqual([
      'mesh-timeout-all-default',
      'a-slow',
      'c-backend',
      'd-admin',
      'b-prod',
    ]);
    expect(matched?.to.forService('backend')?.conf).toEqual(backend);
    expect(matched?.to.forService('backend-admin')?.conf).toEqual({ ...backend, connectionTimeout: '1s' });
    expect(matched?.to.forService('other')?.conf).toEqual({
      connectionTimeout: '5s',
      idleTimeout: '10m',
      http: { requestTimeout: '60s', streamIdleTimeout: '30m' },
    });
  });

  it('says which entries a conf comes from', () => {
    const origins = timeouts(view)?.to.forService('backend-admin')?.origins;
    expect(origins?.map(({ name, ruleIndex }) => `${name}[${ruleIndex}]`)).toEqual([
      'mesh-timeout-all-default[0]',
      'a-slow[0]',
      'c-backend[1]',
      'd-admin[0]',
      'b-prod[0]',
    ]);
  });

  it('gives unnamed services one rule', () => {
    const to = timeouts(view)?.to;
    expect(to?.forService('x')).toBe(to?.forService('y'));
    expect(to?.forService('x')).not.toEqual(to?.forService('backend'));
  });

  it('lets entries for a route lie over those for its service', () => {
    const routes = policyView({
      r: { type: 'MeshHTTPRoute', spec: toPath('backend', '/r') },
      other: { type: 'MeshHTTPRoute', labels: { team: 'a' }, spec: toPath('backend', '/other') },
      base: toMesh({ a: 1, b: 1, c: 1 }),
      entry: { spec: { to: [{ targetRef: { kind: 'MeshHTTPRoute', name: 'r' }, default: { b: 2 } }] } },
      top: toMesh({ c: 3 }, { kind: 'MeshHTTPRoute', labels: { team: 'a' } }),
    });
    const to = timeouts(routes)?.to;
    expect(to?.forService('backend')?.conf).toEqual({ a: 1, b: 1, c: 1 });
    expect(to?.forRoute('backend', routeName(path('/r')))?.conf).toEqual({ a: 1, b: 2, c: 1 });
    expect(to?.forRoute('backend', routeName(path('/other')))?.conf).toEqual({ a: 1, b: 1, c: 3 });
    expect(to?.forRoute('cart', routeName(path('/r')))).toBe(to?.forService('cart'));
    expect(to?.forRoute('backend', 'unknown')).toBe(to?.forService('backend'));
  });

  it('keeps the conf of a route entry, which has no default', () => {
    const entry = { targetRef: { kind: 'MeshService' as const, name: 'backend' }, rules: [{ matches: [] }] };
    const routes = policyView({ r: { type: 'MeshHTTPRoute', spec: { to: [entry] } } });
    expect(match(routes).get('MeshHTTPRoute')?.to.forService('backend')?.conf).toEqual({ rules: [{ matches: [] }] });
  });
});

describe('identity', () => {
  const view = policyView({ a: toMesh({ a: 1 }), east: { ...toMesh({ a: 2 }), origin: 'west' } });

  it('is shared by proxies that the same policies select', () => {
    expect(match(view)).toBe(match(view, sidecar('web-2', [{ 'kuma.io/service': 'web', env: 'prod' }])));
    expect(match(view)).toBe(match(view, sidecar('cart-1', [{ 'kuma.io/service': 'cart' }])));
    expect(match(view.clone())).toBe(match(view));
  });

  it('tells proxies apart by name only when a policy does', () => {
    const named = policyView({ n: toMesh({ a: 1 }, { kind: 'Dataplane', name: 'web-2' }) });
    expect(match(named).size).toBe(0);
    expect(match(named, sidecar('web-2', [{ 'kuma.io/service': 'web', env: 'prod' }])).size).toBe(1);
  });

  it('of `to` follows the policies that have one', () => {
    const changing = policyView({ a: toMesh({ a: 1 }) });
    const id = timeouts(changing)?.to.id;
    putPolicy(changing, 'in', { spec: { rules: [{ default: { a: 1 } }] } });
    expect(timeouts(changing)?.to.id).toBe(id);
    expect(timeouts(changing)?.inbound('8080').all?.conf).toEqual({ a: 1 });
    putPolicy(changing, 'a', toMesh({ a: 2 }));
    expect(timeouts(changing)?.to.id).not.toBe(id);
    expect(timeouts(changing)?.to.forService('x')?.conf).toEqual({ a: 2 });
  });

  it('of `to` is empty when no policy has one', () => {
    expect(timeouts(policyView({ in: { spec: { rules: [{ default: {} }] } } }))?.to.id).toBe('');
  });

  it('follows the route that a policy refers to', () => {
    const routes = policyView({ t: toMesh({ a: 1 }, { kind: 'MeshHTTPRoute', name: 'r' }) });
    expect(timeouts(routes)).toBeUndefined();
    putPolicy(routes, 'r', { type: 'MeshHTTPRoute', spec: toPath('x', '/r') });
    expect(timeouts(routes)?.to.forRoute('x', routeName(path('/r')))?.conf).toEqual({ a: 1 });
    expect(timeouts(routes)?.to.forService('x')).toBeUndefined();
  });

  it('of `to` follows the routes that the policy means, too', () => {
    const route = (value: string): WrittenPolicy => ({
      type: 'MeshHTTPRoute',
      labels: { team: 'a' },
      spec: toPath('x', value),
    });
    const labels = { team: 'a' };
    const routes = policyView({
      r1: route('/1'),
      entry: { spec: { to: [{ targetRef: { kind: 'MeshHTTPRoute', labels }, default: { a: 1 } }] } },
      top: toMesh({ b: 1 }, { kind: 'MeshHTTPRoute', labels }),
    });
    expect(timeouts(routes)?.to.forRoute('x', routeName(path('/2')))).toBeUndefined();
    const id = timeouts(routes)?.to.id;
    putPolicy(routes, 'r2', route('/2'));
    expect(timeouts(routes)?.to.id).not.toBe(id);
    expect(timeouts(routes)?.to.forRoute('x', routeName(path('/2')))?.conf).toEqual({ a: 1, b: 1 });
  });
});

describe('inbound', () => {
  const two = sidecar('two', [{ 'kuma.io/service': 'web' }, { 'kuma.io/service': 'admin' }]);
  const spiffeID = (type: 'Exact' | 'Prefix', value: string) => ({ spiffeID: { type, value } });

  it('is only about the inbounds that the policy selects', () => {
    const view = policyView({
      all: { spec: { rules: [{ default: { a: 1 } }] } },
      admin: { spec: { targetRef: { kind: 'MeshService', name: 'admin' }, rules: [{ default: { b: 1 } }] } },
    });
    const matched = timeouts(view, two);
    expect(matched?.inbound('8080').all?.conf).toEqual({ a: 1 });
    expect(matched?.inbound('8081').all?.conf).toEqual({ a: 1, b: 1 });
    expect(matched?.inbound('8080').id).not.toBe(matched?.inbound('8081').id);
  });

  it('is about one that is ignored, too: it has its rules before it takes calls', () => {
    const inbound = web.spec.networking.inbound?.map((one) => ({ ...one, state: 'Ignored' as const }));
    const ignored = { ...web, spec: { networking: { ...web.spec.networking, inbound } } };
    for (const targetRef of [
      { kind: 'Mesh' as const },
      { kind: 'Dataplane' as const, sectionName: '8080' },
      { kind: 'MeshService' as const, name: 'web' },
    ]) {
      const view = policyView({ t: { spec: { targetRef, rules: [{ default: { a: 1 } }] } } });
      expect(timeouts(view, ignored)?.inbound('8080').all?.conf).toEqual({ a: 1 });
    }
  });

  it('sorts rules by how specific their match is', () => {
    const exact = spiffeID('Exact', 'spiffe://default/a');
    const prefix = spiffeID('Prefix', 'spiffe://default/');
    const sni = { sni: { type: 'Exact' as const, value: 'a.b' } };
    const rules = [
      { default: { n: 0 } },
      { matches: [sni, prefix], default: { n: 1 } },
      { matches: [exact], default: { n: 2, x: 2 } },
    ];
    const inbound = timeouts(policyView({ t: { spec: { rules } } }))?.inbound('8080');
    expect(inbound?.matched.map(({ match }) => match)).toEqual([exact, prefix, sni, undefined]);
    expect(inbound?.all?.conf).toEqual({ n: 0 });
    const merged = mergedByMatch(inbound as NonNullable<typeof inbound>, mergeConfs, { underneath: true });
    expect(merged.map(({ match, conf }) => [match, conf])).toEqual([
      [exact, { n: 2, x: 2 }],
      [prefix, { n: 1 }],
      [sni, { n: 1 }],
    ]);
  });

  it('divides clients by the `from` of a policy that asks who they are', () => {
    const spec = {
      from: [
        { targetRef: { kind: 'Mesh' as const }, default: { action: 'Allow' } },
        { targetRef: { kind: 'MeshService' as const, name: 'bad' }, default: { action: 'Deny' } },
      ],
    };
    const view = policyView({ p: { type: 'MeshTrafficPermission', spec } });
    const inbound = match(view).get('MeshTrafficPermission')?.inbound('8080');
    expect(inbound?.from.map(({ subset, conf }) => [subset, conf])).toEqual([
      [{ tags: { 'kuma.io/service': 'bad' }, not: [] }, { action: 'Deny' }],
      [{ tags: {}, not: [{ key: 'kuma.io/service', value: 'bad' }] }, { action: 'Allow' }],
    ]);
    expect(inbound?.all).toBeUndefined();
  });

  it('takes a `from` that only knows Mesh as rules without matches', () => {
    const from = [{ targetRef: { kind: 'Mesh' as const }, default: { idleTimeout: '1h' } }];
    const inbound = timeouts(policyView({ t: { spec: { from } } }))?.inbound('8080');
    expect(inbound?.all?.conf).toEqual({ idleTimeout: '1h' });
    expect(inbound?.matched).toHaveLength(1);
  });
});

it('merges single confs, appending what says so', () => {
  const view = policyView({
    b: { spec: { default: { appendModifications: [1], list: [1] } } },
    a: { spec: { default: { appendModifications: [2], list: [2] } } },
  });
  expect(timeouts(view)?.single?.conf).toEqual({ appendModifications: [1, 2], list: [2] });
});
