import { expect, test } from 'vitest';
import { policyRegistry as registry, policyView, sidecar, type WrittenPolicy } from '../../test/support/policyWorld.ts';
import { destinationsOf } from './destinations.ts';
import type { Rule } from './rules.ts';

const web = sidecar('web-1', [{ 'kuma.io/service': 'web' }]);
/** SHA-256 of Go's JSON of the matches below, as Kuma 2.14's golden files have it. */
const API = 'waFsoIISmZDTfFWYqxvY265/GASHYEWvHQTwMh/bpuU=';
const api = [{ path: { type: 'PathPrefix', value: '/api' } }];

const route: WrittenPolicy = {
  type: 'MeshHTTPRoute',
  labels: { team: 'a' },
  spec: { to: [{ targetRef: { kind: 'MeshService', name: 'backend' }, rules: [{ matches: api }] }] },
};
const onRoute: WrittenPolicy = {
  spec: {
    targetRef: { kind: 'MeshHTTPRoute', name: 'route' },
    to: [{ targetRef: { kind: 'Mesh' }, default: { a: 15 } }],
  },
};
const onService: WrittenPolicy = {
  spec: { to: [{ targetRef: { kind: 'MeshService', name: 'backend' }, default: { a: 20 } }] },
};
const toRoute: WrittenPolicy = {
  spec: { to: [{ targetRef: { kind: 'MeshHTTPRoute', labels: { team: 'a' } }, default: { b: 1 } }] },
};
const toMesh: WrittenPolicy = { spec: { to: [{ targetRef: { kind: 'Mesh' }, default: { a: 30 } }] } };

function timeouts(policies: Readonly<Record<string, WrittenPolicy>>) {
  const found = destinationsOf(policyView(policies), registry, web, 'east');
  const told = ({ conf, origins }: Rule<unknown>) => [
    conf,
    origins.map(({ name, ruleIndex }) => `${name}.${ruleIndex}`),
  ];
  const of = found.find(({ type }) => type === 'MeshTimeout');
  return {
    bySubset: of?.bySubset.map(({ subset, rule }) => [subset, ...told(rule)]),
    byResource: of?.byResource.map(({ resource: { type, name }, rule }) => [`${type} ${name}`, ...told(rule)]),
  };
}

test('a policy that targets a route is about its matches at its service, and about no resource', () => {
  expect(timeouts({ route, onRoute, onService })).toEqual({
    bySubset: [
      [
        { tags: { '__rule-matches-hash__': API, 'kuma.io/service': 'backend' }, not: [] },
        { a: 15 },
        ['onService.0', 'onRoute.0'],
      ],
      [
        { tags: { 'kuma.io/service': 'backend' }, not: [{ key: '__rule-matches-hash__', value: API }] },
        { a: 20 },
        ['onService.0'],
      ],
    ],
    byResource: [],
  });
});

test('an entry that names routes is about those resources, over what is said of the mesh', () => {
  expect(timeouts({ route, toRoute, toMesh, onRoute })).toMatchObject({
    byResource: [
      ['Mesh default', { a: 30 }, ['toMesh.0']],
      ['MeshHTTPRoute route', { a: 30, b: 1 }, ['toMesh.0', 'toRoute.0']],
    ],
  });
  expect(timeouts({ route, toRoute, toMesh })).toMatchObject({
    bySubset: [[{ tags: {}, not: [] }, { a: 30 }, ['toMesh.0']]],
  });
});

test('routes that are not there, and policies that select nothing of the proxy, say nothing', () => {
  const other = { ...toMesh, spec: { ...toMesh.spec, targetRef: { kind: 'MeshService' as const, name: 'other' } } };
  for (const policies of [{ toRoute }, { onRoute, other }])
    expect(timeouts(policies)).toEqual({ bySubset: undefined, byResource: undefined });
});
