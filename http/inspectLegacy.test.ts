import { afterAll, expect, test } from 'vitest';
import { policyInspector } from '../shared/policy/inspect.ts';
import { descriptor as trafficLog } from '../shared/policy/trafficlog/index.ts';
import { descriptor as trafficTrace } from '../shared/policy/traffictrace/index.ts';
import { createRegistry } from '../shared/resource/registry.ts';
import { resourceOf, viewOf, type WrittenResource } from '../test/support/snapshotCase.ts';
import { restFixture, testRegistry } from '../test/support/restFixture.ts';
import { buildApp } from './app.ts';

const dataplane = (name: string, service: string, calls: string[] = []): WrittenResource => ({
  type: 'Dataplane',
  mesh: 'demo',
  name,
  origin: 'east',
  networking: {
    address: '10.0.0.1',
    inbound: [{ port: 80, tags: { 'kuma.io/service': service } }],
    outbound: calls.map((call, i) => ({ port: 5000 + i, tags: { 'kuma.io/service': call } })),
  },
});
const tagged = (service: string) => [{ match: { 'kuma.io/service': service } }];
const log = (name: string, from: string, to: string): WrittenResource => ({
  type: 'TrafficLog',
  mesh: 'demo',
  name,
  sources: tagged(from),
  destinations: tagged(to),
});
const trace = (name: string, of: string): WrittenResource => ({
  type: 'TrafficTrace',
  mesh: 'demo',
  name,
  selectors: tagged(of),
});
const written: WrittenResource[] = [
  { type: 'Mesh', name: 'demo' },
  dataplane('web-1', 'web', ['db', 'api']),
  dataplane('api-1', 'api'),
  log('all', '*', '*'),
  log('to-db', 'web', 'db'),
  trace('everybody', '*'),
  trace('web', 'web'),
];

const registry = createRegistry([...testRegistry.all, trafficLog, trafficTrace]);
const { deps, resources } = restFixture(
  { mode: 'standalone', zone: 'east', environment: 'universal' },
  { registry, inspector: policyInspector({ view: () => viewOf(written), registry }) },
);
for (const one of written) resources.seed(resourceOf(one), one.origin ?? '');
const app = buildApp(deps);
afterAll(() => app.close());
const get = async (path: string) => (await app.inject({ method: 'GET', url: `/meshes/demo${path}` })).json();

test('legacy policies of a proxy: the one that counts, for the whole or for each service that it may call', async () => {
  const { total, items } = await get('/dataplanes/web-1/policies');
  const names = (matched: Record<string, { name: string }[]>) =>
    Object.entries(matched).map(([type, list]) => `${type} ${list.map(({ name }) => name)}`);
  const shown = items.map(({ matchedPolicies, ...place }: { matchedPolicies: Record<string, { name: string }[]> }) => [
    place,
    ...names(matchedPolicies),
  ]);
  const service = (name: string) => ({ type: 'service', name, service: name });
  expect(shown).toEqual([
    [{ type: 'dataplane' }, 'TrafficTrace web'],
    [service('api'), 'TrafficLog all'],
    [service('db'), 'TrafficLog to-db'],
    [service('pass_through'), 'TrafficLog all'],
    [service('web'), 'TrafficLog all'],
  ]);
  expect(total).toBe(5);
  expect(items[0].matchedPolicies.TrafficTrace[0]).toMatchObject({ type: 'TrafficTrace', mesh: 'demo', name: 'web' });
});

test('the proxies of a legacy policy, with what of them it is attached to', async () => {
  expect(await get('/traffic-logs/to-db/dataplanes')).toEqual({
    total: 1,
    items: [
      {
        kind: 'SidecarDataplane',
        dataplane: { mesh: 'demo', name: 'web-1' },
        attachments: [{ type: 'service', name: 'db', service: 'db' }],
      },
    ],
  });
  expect((await get('/traffic-logs/all/dataplanes')).items).toMatchObject([
    { dataplane: { name: 'api-1' }, attachments: ['api', 'db', 'web', 'pass_through'].map((name) => ({ name })) },
    { dataplane: { name: 'web-1' }, attachments: ['api', 'web', 'pass_through'].map((name) => ({ name })) },
  ]);
  expect((await get('/traffic-traces/everybody/dataplanes')).items, 'web-1 has a policy of its own').toEqual([
    { kind: 'SidecarDataplane', dataplane: { mesh: 'demo', name: 'api-1' }, attachments: [{ type: 'dataplane' }] },
  ]);
  expect((await get('/traffic-logs/to-db/_resources/dataplanes')).items).toMatchObject([{ name: 'web-1' }]);
});

test('legacy policies have no rules', async () => {
  expect((await get('/dataplanes/web-1/_rules')).rules).toEqual([]);
  expect((await get('/dataplanes/web-1/rules')).items).toEqual([]);
});

test('they are in the catalogue as policies without a targetRef', async () => {
  const { resources } = (await app.inject({ method: 'GET', url: '/_resources' })).json();
  expect(resources.find(({ name }: { name: string }) => name === 'TrafficLog')).toEqual({
    name: 'TrafficLog',
    path: 'traffic-logs',
    scope: 'Mesh',
    readOnly: false,
    singularDisplayName: 'Traffic Log',
    pluralDisplayName: 'Traffic Logs',
    shortName: '',
    includeInFederation: true,
    policy: {
      isTargetRef: false,
      hasToTargetRef: false,
      hasFromTargetRef: false,
      hasRulesTargetRef: false,
      isFromAsRules: false,
    },
  });
});
