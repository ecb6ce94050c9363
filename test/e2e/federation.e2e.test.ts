import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CallResult } from '../../deploy/demo/apps/callByName.ts';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import { denyFrontend, put } from '../../deploy/demo/mesh.ts';
import { until } from '../../deploy/demo/until.ts';
import { startZone, type Zone } from '../../deploy/demo/zone.ts';
import { meridian } from '../../deploy/program.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { type StandaloneMesh, startStandaloneMesh } from '../support/standaloneMesh.ts';
import { ZONE_LOG_FILE } from '../../zone/replica/localZoneLog.ts';

let prepared: DeathlessGround;
let standalone: StandaloneMesh['standalone'];
let call: StandaloneMesh['call'];
let untilCall: StandaloneMesh['untilCall'];
let zone: Zone;

beforeAll(async () => {
  prepared = deathlessGround();
  ({ standalone, call, untilCall } = await startStandaloneMesh(prepared.ground, 'alone'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await prepared?.stop();
});

/** The operator's command line. @returns what it printed */
async function cli(address: string, arguments_: readonly string[], stdin = ''): Promise<string> {
  const printed: string[] = [];
  const status = await meridian(arguments_, {
    out: (text) => printed.push(text),
    err: () => {}, // warnings of deprecated fields
    now: Date.now,
    env: { MERIDIAN_ADDRESS: address },
    stdin: async () => stdin,
  });
  expect(status).toBe(0);
  return printed.join('');
}

const secret = async ({ api }: Pick<Cluster, 'api'>, path: string) => ((await api.get(path)) as { data: string }).data;

test('a standalone control plane becomes a zone: what was written is kept, and no call fails', async () => {
  const { address } = await untilCall(200);
  const dataplane = {
    type: 'Dataplane',
    mesh: 'default',
    name: 'by-hand',
    networking: { address: '127.0.0.9', inbound: [{ port: 80, tags: { 'kuma.io/service': 'by-hand' } }] },
  };
  await standalone.api.send('PUT', '/meshes/default/dataplanes/by-hand', { body: dataplane });
  const ca = '/meshes/default/secrets/default.ca-builtin-cert-ca-1';
  const root = await secret(standalone, ca);

  // The guide, docs/federation.md, step by step.
  vi.stubEnv('MERIDIAN_GLOBAL_MESH_CREATE_DEFAULT', 'false');
  const global = await startCluster(prepared.ground, { zones: [], dpAuth: 'dpToken' }, () => {});
  const exported = await cli(standalone.controlPlane.url, ['export']);
  await cli(global.global.url, ['apply', '-f', '-'], exported);
  expect(await secret(global, ca)).toBe(root);

  let joined = false;
  const calls: CallResult[] = [];
  const calling = (async () => {
    while (!joined) calls.push(await call());
  })();
  await standalone.controlPlane.stop();
  const { zoneData, ads, vipPort } = standalone;
  zone = await startZone(prepared.ground, global.joining, {
    name: 'east',
    dpAuth: 'dpToken',
    vipPort,
    after: { zoneData, ads },
  });
  await until({
    what: 'global sees the zone in sync with both sidecars',
    probe: () => fetchStatus(global.api),
    holds: ({ zones: [east] }) => east?.inSync === true && east.sidecars?.connected === 2,
  });
  joined = true;
  await calling;
  expect(calls.filter(({ status }) => status !== 200)).toEqual([]);
  expect(new Set(calls.map((one) => one.address))).toEqual(new Set([address]));

  const known = (await global.api.get('/meshes/default/dataplanes')) as {
    items: { labels: Record<string, string>; networking: { inbound: [{ tags: Record<string, string> }] } }[];
  };
  expect(known.items.map(({ labels }) => labels['kuma.io/display-name']).sort()).toEqual([
    'backend-1',
    'by-hand',
    'frontend-1',
  ]);
  for (const { labels, networking } of known.items) {
    expect(labels['kuma.io/zone']).toBe('east');
    expect(networking.inbound[0].tags['kuma.io/zone']).toBe('east');
  }

  await put(global.api, denyFrontend);
  await untilCall(403);
});

test('the way back: the zone is alone again, with what it was before', async () => {
  await zone.controlPlane.stop();
  const file = join(standalone.zoneData, ZONE_LOG_FILE);
  renameSync(`${file}.adopted`, file);
  await standalone.controlPlane.start();
  await untilCall(200);
  const { zones } = await until({
    what: 'both sidecars are back',
    probe: () => fetchStatus(standalone.api),
    holds: ({ zones: [alone] }) => alone?.sidecars?.connected === 2,
  });
  expect(zones).toMatchObject([{ name: 'alone', inSync: true }]);
});
