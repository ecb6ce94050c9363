import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { denyFrontend, put, remove } from '../../deploy/demo/mesh.ts';
import { until } from '../../deploy/demo/until.ts';
import { startIngress } from '../../deploy/demo/zoneProxy.ts';
import type { CallResult } from '../../deploy/demo/apps/callByName.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { type StandaloneMesh, startStandaloneMesh } from '../support/standaloneMesh.ts';

let prepared: DeathlessGround;
let standalone: StandaloneMesh['standalone'];
let call: StandaloneMesh['call'];
let untilCall: StandaloneMesh['untilCall'];

beforeAll(async () => {
  prepared = deathlessGround();
  const mesh = await startStandaloneMesh(prepared.ground, 'default');
  ({ standalone, call, untilCall } = mesh);
  await startIngress(mesh.deps, standalone);
});

afterAll(() => prepared?.stop());

test('one process carries a request by name between two sidecars with mTLS', async () => {
  expect((await untilCall(200)).body).toMatchObject({ service: 'backend', zone: 'default' });
  const insight = await until({
    what: 'the insight of backend-1 tells of its certificate',
    probe: async () =>
      (await standalone.api.get('/meshes/default/dataplane-insights/backend-1').catch(() => ({}))) as { mTLS?: object },
    holds: ({ mTLS }) => mTLS !== undefined,
  });
  expect(insight.mTLS).toMatchObject({ issuedBackend: 'ca-1' });
});

test('a change is in the log and rolled out, and an operator sees both', async () => {
  await put(standalone.api, denyFrontend);
  await untilCall(403);
  const status = await until({
    what: 'the change is acknowledged',
    probe: () => fetchStatus(standalone.api),
    holds: ({ rollouts }) => rollouts[0]?.acknowledged === 1,
  });
  expect(status.zones).toMatchObject([{ name: 'default', inSync: true, sidecars: { connected: 2, total: 2 } }]);
  expect(status.rollouts[0]).toMatchObject({ position: status.position, proxies: 1, rejected: 0, errors: [] });
});

test('a killed process comes back with everything, and no call fails meanwhile', async () => {
  await remove(standalone.api, denyFrontend);
  const { address } = await untilCall(200);
  await standalone.controlPlane.crash();
  let started = false;
  const starting = standalone.controlPlane.start().then(() => {
    started = true;
  });
  const calls: CallResult[] = [];
  while (!started) calls.push(await call());
  await starting;
  expect(calls.filter((one) => one.status !== 200)).toEqual([]);
  await until({
    what: 'both sidecars are back',
    probe: () => fetchStatus(standalone.api),
    holds: ({ zones }) => zones[0]?.sidecars?.connected === 2,
  });
  expect(await call()).toMatchObject({ status: 200, address });
  await put(standalone.api, denyFrontend);
  await untilCall(403);
});
