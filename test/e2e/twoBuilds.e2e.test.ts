import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import type { ControlPlane } from '../../deploy/demo/controlPlane.ts';
import { callFromFrontend } from '../../deploy/demo/demo.ts';
import { createMesh, MESH } from '../../deploy/demo/mesh.ts';
import { until } from '../../deploy/demo/until.ts';
import { Workloads } from '../../deploy/demo/workloads.ts';
import { zoneTable } from '../../global/cli/inspect/zones.ts';
import { statusText } from '../../global/cli/statusText.ts';
import { fetchStatus, type ZoneStatus } from '../../global/cli/statusBody.ts';
import { type RequestLoad, startRequests } from '../faults/requests.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { NEXT_FORM_TYPE, NEXT_PATH, NEXT_TYPE, NEXT_VERSION, nextVersion } from '../support/nextVersion.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

/** A control plane as of this build and as of the next version, on the same ports and data; one of them runs. */
interface TwoBuilds {
  readonly ours: ControlPlane;
  readonly next: ControlPlane;
  running: ControlPlane;
}

let prepared: DeathlessGround;
let postgres: Postgres;
let cluster: Cluster;
let global: TwoBuilds;
let zone: TwoBuilds;
let requests: RequestLoad;

beforeAll(async () => {
  prepared = deathlessGround();
  postgres = await startPostgres();
  const store = await postgres.createDatabase();
  cluster = await startCluster(prepared.ground, { zones: ['east'], dpAuth: 'dpToken', store }, () => {});
  await createMesh(cluster.api);
  const workloads = new Workloads(cluster);
  const plan = ['frontend', 'backend'].map((service) => ({ zone: 'east', spec: { service, name: `${service}-1` } }));
  await workloads.startAll(plan, () => {});
  const build = nextVersion(prepared.ground);
  const [east] = cluster.zones;
  if (!east) throw new Error('there is one zone');
  const twoBuilds = (ours: ControlPlane): TwoBuilds => ({ ours, next: ours.of(build), running: ours });
  global = twoBuilds(cluster.global);
  zone = twoBuilds(east.controlPlane);
  await until({
    what: 'frontend reaches backend',
    probe: () => callFromFrontend({ cluster, workloads }, 'backend'),
    holds: ({ status }) => status === 200,
  });
  await seen('in sync', inSync);
  requests = await startRequests({ cluster, workloads: async () => workloads });
});

afterAll(async () => {
  await requests?.stop();
  await prepared?.stop();
  await postgres?.stop();
});

/** As an operator replaces the one by the other; nothing when it runs already. */
async function replace(controlPlane: TwoBuilds, by: 'ours' | 'next'): Promise<void> {
  if (controlPlane.running === controlPlane[by]) return;
  await controlPlane.running.stop();
  controlPlane.running = controlPlane[by];
  await controlPlane.running.start();
}

const inSync = (one: ZoneStatus) => one.inSync && one.digestEqual === true && one.lag === 0;

/** The zone, as global shows it once that holds. */
async function seen(what: string, holds: (zone: ZoneStatus) => boolean): Promise<ZoneStatus> {
  const { zones } = await until({
    what,
    probe: () => fetchStatus(cluster.api),
    holds: ({ position, zones: [one] }) => one !== undefined && one.position >= position && holds(one),
    pause: 50,
  });
  return zones[0] as ZoneStatus;
}

/** The zone has seen all, has proven it, and has set so many events aside. */
const setsAside = (count: number) =>
  seen(`${count} events are set aside`, (one) => one.digestEqual === true && one.quarantined === count);

const callsOfFrontend = { kind: 'MeshSubset', tags: { 'kuma.io/service': 'frontend' } };
const policy = (type: string, name: string, conf: object, labels = {}) => ({
  type,
  mesh: MESH,
  name,
  labels,
  spec: { targetRef: callsOfFrontend, to: [{ targetRef: { kind: 'Mesh' }, default: conf }] },
});
const PATHS: Readonly<Record<string, string>> = {
  [NEXT_TYPE]: NEXT_PATH,
  [NEXT_FORM_TYPE]: 'meshcircuitbreakers',
  MeshRetry: 'meshretries',
};
const pathOf = ({ type, name }: { readonly type: string; readonly name: string }) =>
  `/meshes/${MESH}/${PATHS[type]}/${name}`;

const reprise = policy(NEXT_TYPE, 'new-type', { http: { numRetries: 77 } });
const breaker = policy(NEXT_FORM_TYPE, 'new-form', { connectionLimits: { maxConnections: 9002 } });
const retry = policy('MeshRetry', 'new-field', { http: { numRetries: 66, perTryIdleTimeout: '71s' } });
const ofZone = policy(NEXT_TYPE, 'of-zone', { http: { numRetries: 88 } }, { 'kuma.io/origin': 'zone' });

const write = (body: Parameters<typeof pathOf>[0]) => cluster.api.send('PUT', pathOf(body), { body });

/** Waits until the frontend's own Envoy has all of these in its configuration, and none of those. */
async function envoyHas(from: ControlPlane, these: readonly string[], those: readonly string[]): Promise<void> {
  await until({
    what: `the Envoy has ${these.join(', ')} and neither of ${those.join(', ')}`,
    probe: async () => (await fetch(`${from.url}/meshes/${MESH}/dataplanes/frontend-1/xds`)).text(),
    holds: (dump) => these.every((text) => dump.includes(text)) && !those.some((text) => dump.includes(text)),
    show: (dump) => [...these, ...those].filter((text) => dump.includes(text)).join(', '),
    pause: 100,
  });
}

const OF_ALL = '"num_retries": 66';
const OF_NEXT = ['"num_retries": 77', '"per_try_idle_timeout": "71s"', '"max_connections": 9002'];

test('a global of the next version: an older zone sets aside what it does not know, goes on, and applies it when it is upgraded', async () => {
  await replace(zone, 'ours');
  await replace(global, 'next');
  for (const body of [reprise, breaker, retry]) await write(body);

  const one = await setsAside(2);
  expect(one).toMatchObject({ state: 'online', inSync: false, lag: 0, reason: expect.stringContaining('set aside') });
  const aside = [
    {
      stream: 'EVENTS',
      subject: `cp.ev.default.${NEXT_TYPE}.new-type`,
      reason: `this version does not know the type ${NEXT_TYPE}; upgrade it`,
    },
    {
      stream: 'EVENTS',
      subject: `cp.ev.default.${NEXT_FORM_TYPE}.new-form`,
      reason: 'event schema 2 is newer than 1, which this version reads; upgrade it',
    },
  ];
  expect(one.instances).toMatchObject([{ quarantined: aside, quarantinedTotal: 2 }]);
  const own = (await (await fetch(`${zone.ours.url}/sync`)).json()) as { items: unknown[] };
  expect(own.items).toMatchObject([{ quarantined: aside, quarantinedTotal: 2 }]);
  const { items } = (await cluster.api.get('/zones+insights')) as { items: unknown[] };
  const rejected = { status: { total: { responsesRejected: '2' } } };
  expect(items).toMatchObject([{ zoneInsight: { subscriptions: [rejected], sync: { quarantined: 2 } } }]);
  expect(zoneTable(items, Date.now())).toContain('Online');
  // Of what it understands it drops the field that it does not know.
  await envoyHas(zone.ours, [OF_ALL], OF_NEXT);

  await replace(zone, 'next');
  const upgraded = await seen('all is applied', inSync);
  expect(upgraded).toMatchObject({ quarantined: 0, instances: [{ version: NEXT_VERSION }] });
  await envoyHas(zone.next, OF_NEXT, [OF_ALL]);
  expect(requests.failed).toEqual([]);
});

test('a zone of the next version: an older global sets aside what it does not know of the zone, and the rest goes on', async () => {
  await replace(zone, 'next');
  await replace(global, 'ours');
  const answer = await fetch(`${zone.next.url}${pathOf(ofZone)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ofZone),
  });
  expect(answer.ok).toBe(true);
  await envoyHas(zone.next, ['"num_retries": 88'], [OF_ALL]);

  await write(policy('MeshRetry', 'older', { http: { numRetries: 11 } }));
  const one = await seen('in sync, and known to say more', (found) => inSync(found) && 'setAsideByGlobal' in found);
  expect(one.setAsideByGlobal).toMatchObject({
    total: 1,
    latest: [
      {
        stream: 'ZONES',
        subject: `cp.zone.east.up.default.${NEXT_TYPE}.of-zone`,
        reason: `this version does not know the type ${NEXT_TYPE}; upgrade it`,
      },
    ],
  });
  expect(statusText(await fetchStatus(cluster.api), Date.now())).toContain('east: global has set aside 1 of what');
  expect(one.instances).toMatchObject([{ version: NEXT_VERSION, quarantinedTotal: 0 }]);

  // What is in a form that it does not know it neither shows nor overwrites.
  const refused = { status: 503, body: expect.stringContaining('was written by a newer version of the program') };
  const ask = async (method: string) => {
    const body = method === 'PUT' ? JSON.stringify(breaker) : null;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${cluster.global.url}${pathOf(breaker)}`, { method, headers, body });
    return { status: response.status, body: await response.text() };
  };
  expect([await ask('GET'), await ask('PUT')]).toEqual([refused, refused]);

  await replace(global, 'next');
  await until({
    what: 'the upgraded global shows what the zone wrote',
    probe: async () => (await cluster.api.get(`/meshes/${MESH}/${NEXT_PATH}`)) as { readonly total: number },
    holds: ({ total }) => total === 2,
    pause: 50,
  });
  expect(await seen('in sync', inSync)).not.toHaveProperty('setAsideByGlobal');
  expect(requests.failed).toEqual([]);
});

test('a zone that goes back sets aside what it no longer knows, and what is deleted is gone', async () => {
  await replace(global, 'next');
  for (const body of [reprise, breaker]) await write(body);
  await replace(zone, 'ours');
  const { reason } = await setsAside(3);
  expect(reason).toContain('3 events set aside');
  await envoyHas(zone.ours, [OF_ALL], [...OF_NEXT, '"num_retries": 88']);
  for (const body of [reprise, breaker]) await cluster.api.send('DELETE', pathOf(body));
  const one = await setsAside(1);
  expect(one.instances[0]?.quarantined).toMatchObject([{ stream: 'ZONE', subject: `up.default.${NEXT_TYPE}.of-zone` }]);
  expect(requests.failed).toEqual([]);
  expect(requests.sent).toBeGreaterThan(20);
});
