import { afterAll, beforeAll, expect, test } from 'vitest';
import { callTimes, expectCall, untilCall } from '../../deploy/demo/check/proof.ts';
import { answerOf, callFromFrontend, type Demo } from '../../deploy/demo/demo.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { startDemo } from '../../deploy/demo/startDemo.ts';
import { until } from '../../deploy/demo/until.ts';
import { quiet, quietGround } from '../support/quietGround.ts';

const DEAD_AFTER = 6_000;
let prepared: Prepared;
let demo: Demo;

beforeAll(async () => {
  process.env.MERIDIAN_ZONE_INGRESS_DEAD_AFTER = String(DEAD_AFTER);
  prepared = quietGround({ envoy: true });
  demo = await startDemo(prepared.ground, { logLevel: 'info' }, quiet);
  await untilCall(demo, 'backend', '/', 'backend answers from zone-2', (call) => call.status === 200);
});

afterAll(async () => {
  await prepared?.stop();
});

const child = (name: string) => prepared.ground.family.latest(name);

const deadIngresses = async () => {
  const { diagnostics } = demo.workloads.zone('zone-1').controlPlane;
  const metrics = await (await fetch(`${diagnostics}/metrics`)).text();
  return /^meridian_zone_dead_ingresses (\d+)$/m.exec(metrics)?.[1];
};

test('a zone without control plane and nats-server still gets its traffic', async () => {
  await demo.workloads.zone('zone-2').controlPlane.crash();
  await child('nats-zone-2').crash();
  const since = Date.now();
  while (Date.now() - since < 3 * DEAD_AFTER) {
    const call = await callFromFrontend(demo, 'backend');
    expectCall(call, 'an answer of zone-2', call.status === 200);
  }
  expect(await deadIngresses()).toBe('0');
});

test('when its ingress is dead as well, nothing is sent there any more', async () => {
  await child('ingress-zone-2').crash();
  await until({ what: 'zone-1 takes it for dead', probe: deadIngresses, holds: (count) => count === '1', pause: 200 });
  // its name still resolves, there is just nobody behind it
  await untilCall(demo, 'backend', '/', 'no instance of backend', (call) => call.status === 503);
  for (const call of await callTimes(demo, 'catalog', '/', 20))
    expectCall(call, 'an answer of zone-1', answerOf(call)?.zone === 'zone-1');
});

test('when it is back, its traffic is too', async () => {
  const { family } = prepared.ground;
  family.start(child('nats-zone-2').spec);
  await demo.workloads.zone('zone-2').controlPlane.start();
  await family.start(child('ingress-zone-2').spec).ready();
  await untilCall(demo, 'backend', '/', 'backend answers', (call) => call.status === 200);
  expect(await deadIngresses()).toBe('0');
});
