import { afterAll, expect, test } from 'vitest';
import type { InboundRules, MatchedPolicies } from '../shared/policy/rules.ts';
import type { Resource } from '../shared/resource/resource.ts';
import type { EnvoyAdmin, Inspector } from '../shared/rest/ports.ts';
import { NOW, restFixture } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const times = { creationTime: NOW, modificationTime: NOW };
const mesh: Resource = { type: 'Mesh', mesh: '', name: 'demo', labels: {}, ...times, spec: {} };
const to = [{ targetRef: { kind: 'Mesh' } }, { targetRef: { kind: 'MeshService', name: 'web' } }];
const policy: Resource = { type: 'MeshTimeout', mesh: 'demo', name: 't', labels: {}, ...times, spec: { to } };
const inbound = (port: number, service: string) => ({ port, tags: { 'kuma.io/service': service } });
const dataplane: Resource = {
  type: 'Dataplane',
  mesh: 'demo',
  name: 'web-1',
  labels: {},
  ...times,
  spec: {
    networking: {
      address: '10.0.0.1',
      inbound: [inbound(80, 'web'), inbound(81, 'admin')],
      outbound: [
        { port: 5432, tags: { 'kuma.io/service': 'db', version: 'v1' } },
        { address: '10.0.0.1', port: 5433, tags: { 'kuma.io/service': 'db', version: 'v1' } },
      ],
    },
  },
};

const origins = [{ type: 'MeshTimeout', mesh: 'demo', name: 't', labels: {}, ruleIndex: 0 }];
const rule = (idle: string) => ({ conf: { idle }, origins });
const none: InboundRules<unknown> = { id: '', all: undefined, matched: [], from: [] };
const matched: MatchedPolicies = {
  type: 'MeshTimeout',
  policies: [policy],
  to: { id: '1', forService: (service) => rule(service === 'web' ? '1s' : '2s'), forRoute: () => undefined },
  inbound: (section) =>
    section === '80'
      ? {
          ...none,
          all: rule('3s'),
          matched: [
            { ...rule('5s'), match: { spiffeID: { type: 'Exact', value: 'spiffe://demo/a' } } },
            { ...rule('3s'), match: undefined },
          ],
          from: [{ ...rule('4s'), subset: { tags: { a: 'b' }, not: [{ key: 'c', value: 'd' }] } }],
        }
      : none,
  single: undefined,
};

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const inspector: Inspector = {
  matchedPolicies: async () => [
    matched,
    { ...matched, type: 'MeshTrafficPermission', policies: [] },
    {
      ...matched,
      type: 'MeshTrafficPermission',
      to: { ...matched.to, forService: () => undefined },
      inbound: () => none,
    },
  ],
  destinations: async () => [
    {
      type: 'MeshTimeout',
      bySubset: [
        { subset: { tags: { 'kuma.io/service': 'web' }, not: [{ key: 'a', value: 'b' }] }, rule: rule('1s') },
        { subset: { tags: {}, not: [] }, rule: rule('2s') },
      ],
      byResource: [{ resource: { type: 'Mesh', mesh: '', name: 'demo', labels: {} }, rule: rule('2s') }],
    },
  ],
  dataplanesOf: async () => [{ resource: dataplane, version: 1, origin: 'east' }],
  config: async (_dataplane, { shadow = false } = {}) => ({
    [CLUSTER]: { web: { name: 'web', timeout: shadow ? 2 : 1 } },
  }),
};
const envoyAdmin: EnvoyAdmin = {
  xds: async (_proxy, { includeEds }) =>
    JSON.stringify({ includeEds, headers: [{ key: 'authorization', value: 'eyJ' }] }),
  stats: async (_proxy, { json, usedOnly }) => (json ? JSON.stringify({ usedOnly }) : `used_only: ${usedOnly}\n`),
  clusters: async () => 'a::b\n',
};

const opened: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(opened.map((app) => app.close())));

function open(more: Parameters<typeof restFixture>[1]) {
  const { deps, resources } = restFixture({ mode: 'zone', zone: 'east', environment: 'universal' }, more);
  resources.seed(mesh, '');
  resources.seed(policy, '');
  resources.seed(dataplane, 'east');
  const app = buildApp(deps);
  opened.push(app);
  return async (url: string) => app.inject({ method: 'GET', url });
}

const get = open({ inspector, envoyAdmin });
const HASHED = /^t-[a-z0-9]{16}$/;

test('the policies of a proxy, under the names that REST shows', async () => {
  const body = (await get('/meshes/demo/dataplanes/web-1/policies')).json();
  expect(body).toMatchObject({ kind: 'SidecarDataplane', total: 1, items: [{ type: 'dataplane' }] });
  expect(Object.keys(body.items[0].matchedPolicies)).toEqual(['MeshTimeout']);
  expect(body.items[0].matchedPolicies.MeshTimeout[0].name).toMatch(HASHED);
  expect((await get('/meshes/demo/dataplanes/nope/policies')).json().title).toBe('Could not get MatchedPolicies');
});

test('the rules of a proxy: to by destination and resource, from and inbound by inbound, nothing of what says nothing', async () => {
  const { resource, rules } = (await get('/meshes/demo/dataplanes/web-1/_rules')).json();
  expect(resource).toEqual({ type: 'Dataplane', mesh: 'demo', name: 'web-1', labels: {} });
  expect(rules).toHaveLength(1);
  const origin = [{ name: expect.stringMatching(HASHED) }];
  expect(rules[0].toRules).toMatchObject([
    {
      conf: { idle: '1s' },
      matchers: [
        { key: 'a', value: 'b', not: true },
        { key: 'kuma.io/service', value: 'web', not: false },
      ],
      origin,
    },
    { conf: { idle: '2s' }, matchers: [], origin },
  ]);
  expect(rules[0].toResourceRules).toMatchObject([
    {
      conf: [{ idle: '2s' }],
      resourceMeta: { type: 'Mesh', name: 'demo' },
      origin: [{ resourceMeta: origin[0], ruleIndex: 0 }],
    },
  ]);
  expect(rules[0].fromRules).toMatchObject([
    {
      inbound: { port: 80 },
      rules: [
        {
          conf: { idle: '4s' },
          matchers: [
            { key: 'a', value: 'b', not: false },
            { key: 'c', value: 'd', not: true },
          ],
        },
      ],
    },
  ]);
  expect(rules[0].fromRules[0].inbound, 'it has no name').not.toHaveProperty('name');
  expect(rules[0].inboundRules).toMatchObject([
    {
      inbound: { port: 80 },
      rules: [{ conf: [{ idle: '5s' }] }, { conf: [{ idle: '3s' }], origin: [{ ruleIndex: 0 }] }],
    },
  ]);
  expect(rules[0].inboundRules[0].rules).toHaveLength(2);
  expect(rules[0]).not.toHaveProperty('proxyRule');
  expect((await get('/meshes/demo/dataplanes/nope/_rules')).json().title).toBe('Could not retrieve Dataplane');
});

test('the rules of a proxy in the older form: by inbound and by outbound', async () => {
  const { total, items } = (await get('/meshes/demo/dataplanes/web-1/rules')).json();
  expect(total).toBe(2);
  expect(items).toMatchObject([
    {
      type: 'DestinationSubset',
      name: expect.stringMatching(/^db-[0-9a-f]{16}$/),
      addresses: ['127.0.0.1:5432', '10.0.0.1:5433'],
      service: 'db',
      tags: { 'kuma.io/service': 'db', version: 'v1' },
      policyType: 'MeshTimeout',
      subset: {},
      conf: { idle: '2s' },
      origins: [{ mesh: 'demo', name: expect.stringMatching(HASHED) }],
    },
    {
      type: 'ClientSubset',
      name: 'web',
      addresses: ['10.0.0.1:80'],
      service: 'web',
      subset: { a: 'b', c: '!d' },
      conf: { idle: '4s' },
    },
  ]);
  expect((await get('/meshes/demo/dataplanes/nope/rules')).statusCode).toBe(404);
});

test('the proxies of a policy, in both forms', async () => {
  const name = (await get('/meshes/demo/meshtimeouts')).json().items[0].name;
  const expected = { total: 1, items: [{ type: 'Dataplane', mesh: 'demo', name: 'web-1', labels: {} }] };
  for (const segment of ['_resources', '-resources']) {
    expect((await get(`/meshes/demo/meshtimeouts/${name}/${segment}/dataplanes`)).json()).toEqual(expected);
  }
  expect((await get(`/meshes/demo/meshtimeouts/${name}/_resources/dataplanes?name=api`)).json().total).toBe(0);
  expect((await get('/meshes/demo/meshtimeouts/nope/_resources/dataplanes')).json()).toMatchObject({
    status: 404,
    title: 'Could not retrieve policy',
  });
  expect((await get(`/meshes/demo/meshtimeouts/${name}/dataplanes`)).json()).toEqual({
    total: 1,
    items: [
      {
        kind: 'SidecarDataplane',
        dataplane: { mesh: 'demo', name: 'web-1' },
        attachments: [{ type: 'dataplane' }],
      },
    ],
  });
  expect((await get('/meshes/demo/meshtimeouts/nope/dataplanes')).json()).toEqual({ total: 0, items: [] });
});

test('what Envoy says of itself', async () => {
  const dump = (await get('/meshes/demo/dataplanes/web-1/xds?include_eds=true')).json();
  expect(dump).toEqual({ includeEds: true, headers: [{ key: 'authorization', value: '[redacted]' }] });
  expect((await get('/meshes/demo/dataplanes/web-1/stats')).body).toBe('used_only: true\n');
  expect((await get('/meshes/demo/dataplanes/web-1/stats?format=json&usedonly=false')).json()).toEqual({
    usedOnly: false,
  });
  expect((await get('/meshes/demo/dataplanes/web-1/clusters')).headers['content-type']).toMatch(/^text\/plain/);
  expect((await get('/meshes/demo/dataplanes/web-1/foo')).json()).toMatchObject({
    status: 404,
    title: 'Could not execute admin operation',
  });
  expect((await get('/meshes/demo/dataplanes/nope/stats')).json()).toMatchObject({
    status: 404,
    title: 'Could not get dataplane resource',
  });
});

test('what a proxy is given, and what shadow policies would change', async () => {
  const config = async (query: string) => (await get(`/meshes/demo/dataplanes/web-1/_config${query}`)).json();
  expect(await config('')).toEqual({ xds: { [CLUSTER]: { web: { name: 'web', timeout: 1 } } } });
  expect(await config('?shadow=false&include=diff')).toMatchObject({ diff: [] });
  expect(await config('?shadow=true&include=diff')).toEqual({
    xds: { [CLUSTER]: { web: { name: 'web', timeout: 2 } } },
    diff: [{ op: 'replace', path: '/type.googleapis.com~1envoy.config.cluster.v3.Cluster/web/timeout', value: 2 }],
  });
  for (const wrong of ['?shadow=perhaps', '?include=all'])
    expect(await config(wrong)).toMatchObject({ status: 400, title: 'Bad Request' });
});

test('without a way to the admin ports that is said', async () => {
  const answer = await open({})('/meshes/demo/dataplanes/web-1/stats');
  expect(answer.json()).toMatchObject({ status: 400, title: 'Could not execute admin operation' });
});
