import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import { LoopbackPrefixes } from '../../deploy/demo/loopback.ts';
import { createMesh, MESH } from '../../deploy/demo/mesh.ts';
import { Tokens } from '../../deploy/demo/tokens.ts';
import { until } from '../../deploy/demo/until.ts';
import { startWorkload } from '../../deploy/demo/workload.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { whileStopped } from '../faults/signals.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { runMeridian } from '../support/runMeridian.ts';

const ZONES = ['east', 'west'];
let prepared: DeathlessGround;
let cluster: Cluster;

beforeAll(async () => {
  prepared = deathlessGround();
  cluster = await startCluster(prepared.ground, { zones: ZONES, dpAuth: 'dpToken' }, () => {});
  await createMesh(cluster.api);
  const deps = {
    ground: prepared.ground,
    tokens: new Tokens(cluster.api),
    prefixes: new LoopbackPrefixes(cluster.vipPort),
  };
  await Promise.all(
    cluster.zones.map((zone) => startWorkload(deps, zone, { service: `web-${zone.name}`, name: `web-${zone.name}` })),
  );
  await until({
    what: 'both zones are in sync, with a sidecar each',
    probe: () => fetchStatus(cluster.api),
    holds: ({ zones }) => zones.filter((one) => one.inSync && one.sidecars?.connected === 1).length === ZONES.length,
  });
});

afterAll(() => prepared?.stop());

const apply = (address: string, text: string, ...flags: string[]) =>
  runMeridian(['apply', '-f', '-', ...flags], { env: { MERIDIAN_ADDRESS: address }, stdin: text });

const timeout = (name: string, longest: string, more = '') => `
type: MeshTimeout
mesh: ${MESH}
name: ${name}
${more}
spec: { targetRef: { kind: Mesh }, rules: [{ default: { http: { maxConnectionDuration: ${longest} } } }] }
`;
const circuitBreaker = (connections: number) => `
type: MeshCircuitBreaker
mesh: ${MESH}
name: together
spec:
  targetRef: { kind: Mesh }
  rules: [{ default: { connectionLimits: { maxConnections: ${connections} } } }]
`;

/** Which of the texts the Envoy of each zone's sidecar itself has in its configuration, at this moment. */
const held = (...texts: readonly string[]) =>
  Promise.all(
    cluster.zones.map(async ({ name, controlPlane }) => {
      const dump = await (await fetch(`${controlPlane.url}/meshes/${MESH}/dataplanes/web-${name}/xds`)).text();
      return texts.filter((text) => dump.includes(text));
    }),
  );

test('apply --wait returns when the sidecars of both zones have the whole change, however long one takes', async () => {
  const change = `${timeout('together', '7001s')}---${circuitBreaker(9_001)}`;
  const whole = ['"7001s"', '"max_connections": 9001'];
  const group = prepared.ground.family.latest('web-west sidecar').pid;
  let returned = false;
  let applying: ReturnType<typeof apply> | undefined;
  // Its group is the sidecar and its Envoy: they keep their connections and answer nothing.
  await whileStopped(-group, async () => {
    applying = apply(cluster.global.url, change, '--wait').finally(() => {
      returned = true;
    });
    await until({
      what: 'the sidecar in the east has acknowledged, that in the west has not',
      probe: () => fetchStatus(cluster.api),
      holds: ({ rollouts: [last] }) => last?.proxies === 2 && last.acknowledged === 1,
    });
    expect(returned).toBe(false);
  });
  expect(await applying).toEqual({
    status: 0,
    out: expect.stringContaining('created'),
    err: expect.stringMatching(/^2 of 2 proxies have it after \d+ ms\n$/),
  });
  expect(await held(...whole)).toEqual([whole, whole]);
});

test('rollback --wait returns when the sidecars of both zones have again what they had, by one change', async () => {
  const rollback = (...flags: string[]) =>
    runMeridian(['rollback', ...flags, '--yes', '--wait'], { env: { MERIDIAN_ADDRESS: cluster.global.url } });
  await apply(cluster.global.url, timeout('back', '7101s'), '--wait');
  const { position } = await fetchStatus(cluster.api);
  await apply(cluster.global.url, `${timeout('back', '7102s')}---${circuitBreaker(9_101)}`, '--wait');
  const [was, spoiled] = [['"7101s"'], ['"7102s"', '"max_connections": 9101']];
  expect(await held(...was, ...spoiled)).toEqual([spoiled, spoiled]);

  const { status, err } = await rollback('--to', String(position));
  expect({ status, err }).toEqual({ status: 0, err: expect.stringMatching(/2 of 2 proxies have it after \d+ ms\n/) });
  expect(await held(...was, ...spoiled)).toEqual([was, was]);

  const undone = await rollback('--undo', /--undo (\S+)` takes this back/.exec(err)?.[1] ?? '');
  expect(undone.status, undone.err).toBe(0);
  expect(await held(...was, ...spoiled)).toEqual([spoiled, spoiled]);
});

test('a zone takes what is its own as one change, whole or not at all', async () => {
  const [east] = cluster.zones;
  const address = east?.controlPlane.url ?? '';
  const own = 'labels: { kuma.io/origin: zone }';
  const dataplane = `
type: Dataplane
mesh: ${MESH}
name: by-hand
networking: { address: 127.0.0.9, inbound: [{ port: 80, tags: { kuma.io/service: by-hand } }] }
`;
  const foreign = await apply(address, `${dataplane}---${timeout('theirs', '1s')}`);
  expect(foreign).toMatchObject({ status: 1, err: expect.stringContaining('1 of 2 documents is not valid') });
  expect((await fetch(`${address}/meshes/${MESH}/dataplanes/by-hand`)).status, 'nothing was written').toBe(404);

  const { status, out } = await apply(address, `${dataplane}---${timeout('ours', '7777s', own)}`);
  const made = `Dataplane "by-hand" in mesh "${MESH}" created\nMeshTimeout "ours" in mesh "${MESH}" created\n`;
  expect({ status, out }).toEqual({ status: 0, out: made });
  expect((await fetch(`${address}/meshes/${MESH}/dataplanes/by-hand`)).status).toBe(200);
  await until({
    what: 'its own sidecar has the policy, that of the other zone has not',
    probe: () => held('"7777s"'),
    holds: ([inEast = [], inWest = []]) => inEast.length === 1 && inWest.length === 0,
  });
});
