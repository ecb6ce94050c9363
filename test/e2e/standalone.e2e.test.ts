import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { LoopbackPrefixes } from '../../deploy/demo/loopback.ts';
import { createMesh, denyFrontend, put, remove } from '../../deploy/demo/mesh.ts';
import { deathText, type Prepared, prepare } from '../../deploy/demo/prepare.ts';
import { type Standalone, startStandalone } from '../../deploy/demo/standalone.ts';
import { Tokens } from '../../deploy/demo/tokens.ts';
import { until } from '../../deploy/demo/until.ts';
import { startWorkload, type Workload } from '../../deploy/demo/workload.ts';
import { startIngress } from '../../deploy/demo/zoneProxy.ts';
import type { CallResult } from '../../deploy/demo/apps/callByName.ts';

const deaths: string[] = [];
let prepared: Prepared;
let standalone: Standalone;
let frontend: Workload;

beforeAll(async () => {
  prepared = prepare({
    logLevel: 'info',
    envoy: true,
    say: () => {},
    onDeath: (child, exit) => deaths.push(deathText(child, exit)),
  });
  standalone = await startStandalone(prepared.ground, { name: 'default', dpAuth: 'dpToken' });
  await createMesh(standalone.api);
  const deps = {
    ground: prepared.ground,
    tokens: new Tokens(standalone.api),
    prefixes: new LoopbackPrefixes(standalone.vipPort),
  };
  [frontend] = await Promise.all([
    startWorkload(deps, standalone, { service: 'frontend', name: 'frontend-1' }),
    startWorkload(deps, standalone, { service: 'backend', name: 'backend-1' }),
    startIngress(deps, standalone),
  ]);
});

afterAll(async () => {
  await prepared?.stop();
  expect(deaths).toEqual([]);
});

async function call(): Promise<CallResult> {
  const url = encodeURIComponent(`http://backend.mesh:${standalone.vipPort}/`);
  return (await (await fetch(`${frontend.url}/call?url=${url}`)).json()) as CallResult;
}

const untilCall = (status: number) =>
  until({ what: `backend answers ${status}`, probe: call, holds: (result) => result.status === status });

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
