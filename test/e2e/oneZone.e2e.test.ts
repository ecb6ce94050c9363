import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { converged, zonesText } from '../../deploy/demo/check/globalReturns.ts';
import { mutualTls } from '../../deploy/demo/check/mutualTls.ts';
import { permission } from '../../deploy/demo/check/permission.ts';
import { untilCall } from '../../deploy/demo/check/proof.ts';
import { startCluster } from '../../deploy/demo/cluster.ts';
import { callFromFrontend, type Demo } from '../../deploy/demo/demo.ts';
import { createMesh, denyFrontend, put, remove } from '../../deploy/demo/mesh.ts';
import { until } from '../../deploy/demo/until.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { Workloads } from '../../deploy/demo/workloads.ts';

let prepared: DeathlessGround;
let demo: Demo;

beforeAll(async () => {
  prepared = deathlessGround();
  const cluster = await startCluster(prepared.ground, { zones: ['zone-1'], dpAuth: 'dpToken' }, () => {});
  await createMesh(cluster.api);
  const workloads = new Workloads(cluster);
  demo = { cluster, workloads };
  const plan = ['frontend', 'backend'].map((service) => ({ zone: 'zone-1', spec: { service, name: `${service}-1` } }));
  await workloads.startAll(plan, () => {});
});

afterAll(() => prepared?.stop());

test('both ends of a call have the identity of their service', async () => {
  await mutualTls.run(demo);
});

test('a permission written on global reaches the Envoy that enforces it', async () => {
  await permission.run(demo);
});

test('what a zone was told survives the crash of global and its own', async () => {
  const { api, global } = demo.cluster;
  await put(api, denyFrontend);
  await untilCall(demo, 'backend', '/', 'backend refuses', (call) => call.status === 403);
  await global.crash();
  const { controlPlane } = demo.workloads.zone('zone-1');
  await controlPlane.crash();
  expect((await callFromFrontend(demo, 'backend')).status).toBe(403);
  await controlPlane.start();
  await demo.workloads.start('zone-1', { service: 'backend', name: 'backend-2' });
  // The new sidecar enforces what only the zone's own copy of the log can have told it.
  for (let i = 0; i < 20; i++) expect((await callFromFrontend(demo, 'backend')).status).toBe(403);
  await global.start();
  await remove(api, denyFrontend);
  await untilCall(demo, 'backend', '/', 'backend answers', (call) => call.status === 200);
  await until({ what: 'the zone is in sync', probe: () => fetchStatus(api), holds: converged, show: zonesText });
});
