import { afterAll, beforeAll, expect, test } from 'vitest';
import { mutualTls } from '../../deploy/demo/check/mutualTls.ts';
import { callTimes, expectCall, untilCall } from '../../deploy/demo/check/proof.ts';
import { answerOf, callFromFrontend, type Demo } from '../../deploy/demo/demo.ts';
import { MESH, meshThroughEgress, put, splitAndRewrite } from '../../deploy/demo/mesh.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { startDemo } from '../../deploy/demo/startDemo.ts';
import { until } from '../../deploy/demo/until.ts';
import { quiet, quietGround } from '../support/quietGround.ts';

const DEAD_AFTER = 6_000;
let prepared: Prepared;
let demo: Demo;
/** Name → port that sidecars dial. */
const ports = new Map<string, number>();

interface GlobalInsight {
  readonly zones: { readonly zoneEgresses: { readonly online: number; readonly total: number } };
}

const child = (name: string) => prepared.ground.family.latest(name);
const zoneUrl = () => demo.workloads.zone('zone-1').controlPlane.url;
const startEgress = async (name: string) => void ports.set(name, await demo.workloads.startEgress('zone-1', name));
const text = async (path: string) => (await fetch(`${zoneUrl()}${path}`)).text();

/** Connections that an egress' Envoy made for a cluster, by its own count. */
async function passedOn(egress: string, cluster: string): Promise<number> {
  const stats = await text(`/zoneegresses/${egress}/stats`);
  return Number(new RegExp(`^cluster\\.${cluster}\\.upstream_cx_total: (\\d+)$`, 'm').exec(stats)?.[1] ?? 0);
}

/** Ports at which frontend's Envoy knows a service. */
async function dialled(service: string): Promise<number[]> {
  const clusters = await text(`/meshes/${MESH}/dataplanes/frontend-1/clusters`);
  const found = clusters.matchAll(new RegExp(`^${service}::127\\.0\\.0\\.1:(\\d+)::cx_total`, 'gm'));
  return [...found].map(([, port]) => Number(port)).sort();
}

const untilDialled = (service: string, egresses: readonly string[]) => {
  const wanted = egresses.map((name) => ports.get(name)).sort();
  return until({
    what: `frontend dials ${egresses.join(' and ') || 'nobody'} for ${service}`,
    probe: () => dialled(service),
    holds: (found) => JSON.stringify(found) === JSON.stringify(wanted),
    pause: 100,
  });
};

beforeAll(async () => {
  process.env.MERIDIAN_ZONE_INGRESS_DEAD_AFTER = String(DEAD_AFTER);
  prepared = quietGround({ envoy: true });
  demo = await startDemo(prepared.ground, { logLevel: 'info' }, quiet);
  await untilCall(demo, 'backend', '/', 'backend answers from zone-2', (call) => call.status === 200);
});

afterAll(async () => {
  await prepared?.stop();
});

test('a mesh that leaves by the egress has no way to other zones before there is one', async () => {
  expect(await dialled('backend'), 'the ingress of zone-2').toHaveLength(1);
  await put(demo.cluster.api, meshThroughEgress);
  await untilDialled('backend', []);
  expect((await callFromFrontend(demo, 'backend')).status).toBe(503);
  for (const call of await callTimes(demo, 'catalog', '/', 20))
    expectCall(call, 'an answer of zone-1', answerOf(call)?.zone === 'zone-1');
});

test('a call to another zone goes through the egress, which does not open it', async () => {
  await startEgress('egress-1');
  await untilDialled('backend', ['egress-1']);
  await untilCall(demo, 'backend', '/', 'an answer of zone-2', (call) => answerOf(call)?.zone === 'zone-2');
  expect(await passedOn('egress-1', 'default_backend')).toBeGreaterThan(0);
  await mutualTls.run(demo);
});

test('a part of a service has its own SNI, and the egress a way for it', async () => {
  await put(demo.cluster.api, splitAndRewrite);
  await untilCall(demo, 'backend', '/only-v2', 'an answer of v2', (call) => answerOf(call)?.version === 'v2');
  for (const call of await callTimes(demo, 'backend', '/only-v2', 20))
    expectCall(call, 'v2 only', answerOf(call)?.version === 'v2');
});

test('kumactl and the operator see the egress, in its zone and on global', async () => {
  await until({
    what: 'global counts one egress, which is online',
    probe: async () => (await demo.cluster.api.get('/global-insight')) as GlobalInsight,
    holds: ({ zones: { zoneEgresses } }) => zoneEgresses.online === 1 && zoneEgresses.total === 1,
    pause: 200,
  });
  const overview = await demo.cluster.api.get('/zoneegresses/_overview');
  expect(overview).toMatchObject({
    items: [
      {
        type: 'ZoneEgressOverview',
        labels: { 'kuma.io/display-name': 'egress-1', 'kuma.io/zone': 'zone-1' },
        zoneEgress: { zone: 'zone-1', networking: { port: ports.get('egress-1') } },
        zoneEgressInsight: { subscriptions: [{ controlPlaneInstanceId: expect.any(String) }] },
      },
    ],
  });
  const [{ name } = { name: '' }] = (overview as { items: { name: string }[] }).items;
  const stats = await demo.cluster.api.send('GET', `/zoneegresses/${name}/stats`);
  expect(String(stats.body)).toContain('cluster.default_backend.upstream_cx_total');
});

test('another egress goes on when one dies, and without any there is no way to other zones', async () => {
  await startEgress('egress-2');
  await untilDialled('backend', ['egress-1', 'egress-2']);
  await child('egress-1').crash();
  await untilDialled('backend', ['egress-2']);
  for (const call of await callTimes(demo, 'backend', '/', 20))
    expectCall(call, 'an answer of zone-2', answerOf(call)?.zone === 'zone-2');
  await child('egress-2').crash();
  await untilDialled('backend', []);
  expect((await callFromFrontend(demo, 'backend')).status).toBe(503);
  const { family } = prepared.ground;
  await family.start(child('egress-1').spec).ready();
  await untilCall(demo, 'backend', '/', 'an answer of zone-2', (call) => answerOf(call)?.zone === 'zone-2');
});

test('a zone that is cut off still gets its traffic through the egress, a dead one none', async () => {
  await demo.workloads.zone('zone-2').controlPlane.crash();
  await child('nats-zone-2').crash();
  const since = Date.now();
  while (Date.now() - since < 2 * DEAD_AFTER) {
    const call = await callFromFrontend(demo, 'backend');
    expectCall(call, 'an answer of zone-2', call.status === 200);
  }
  await child('ingress-zone-2').crash();
  await untilDialled('backend', []);
  expect((await callFromFrontend(demo, 'backend')).status).toBe(503);
  const { family } = prepared.ground;
  family.start(child('nats-zone-2').spec);
  await demo.workloads.zone('zone-2').controlPlane.start();
  await family.start(child('ingress-zone-2').spec).ready();
  await untilCall(demo, 'backend', '/', 'an answer of zone-2', (call) => answerOf(call)?.zone === 'zone-2');
  await untilDialled('backend', ['egress-1']);
});
