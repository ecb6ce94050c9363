import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallResult } from '../../deploy/demo/apps/callByName.ts';
import { type Cluster, type GlobalAndHub, startCluster, startGlobal } from '../../deploy/demo/cluster.ts';
import { folderOf, type Ground } from '../../deploy/demo/ground.ts';
import { createMesh, denyFrontend, put, type RestBody } from '../../deploy/demo/mesh.ts';
import { startNats } from '../../deploy/demo/natsServer.ts';
import { writeSecretFile } from '../../deploy/demo/runAs.ts';
import { until } from '../../deploy/demo/until.ts';
import { Workloads } from '../../deploy/demo/workloads.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { operate } from '../support/operate.ts';
import { runMeridian } from '../support/runMeridian.ts';

const DEAD_AFTER = 6_000;
const ZONES = ['east', 'west'] as const;
/** Who calls what, each over the border. */
const ROUTES = [
  { frontend: 'frontend-east', service: 'backend-west' },
  { frontend: 'frontend-west', service: 'backend-east' },
] as const;
const PLAN = ZONES.flatMap((zone) => [
  { zone, spec: { service: 'frontend', name: `frontend-${zone}` } },
  { zone, spec: { service: `backend-${zone}`, name: `backend-${zone}` } },
]);

let prepared: DeathlessGround;
let old: Cluster;
let workloads: Workloads;

beforeEach(async () => {
  vi.stubEnv('MERIDIAN_ZONE_INGRESS_DEAD_AFTER', String(DEAD_AFTER));
  prepared = deathlessGround();
  old = await startCluster(prepared.ground, { zones: ZONES, dpAuth: 'dpToken' }, () => {});
  await createMesh(old.api);
  workloads = new Workloads(old);
  await workloads.startAll(PLAN, () => {});
  for (const route of ROUTES) await untilStatus(route, 200);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await prepared?.stop();
});

type Route = (typeof ROUTES)[number];

async function call({ frontend, service }: Route): Promise<CallResult> {
  const url = encodeURIComponent(`http://${service}.mesh:${old.vipPort}/`);
  return (await (await fetch(`${workloads.get(frontend).url}/call?url=${url}`)).json()) as CallResult;
}

const untilStatus = (route: Route, wanted: number) =>
  until({
    what: `${route.frontend} gets ${wanted} from ${route.service}`,
    probe: () => call(route),
    holds: ({ status }) => status === wanted,
  });

/** Calls on all routes without a pause. @returns what ends it, and gives all results by route */
function keepCalling(): () => Promise<CallResult[][]> {
  let over = false;
  const calling = ROUTES.map(async (route) => {
    const results: CallResult[] = [];
    while (!over) results.push(await call(route));
    return results;
  });
  const all = Promise.all(calling);
  // A test that fails ends the applications under it: that is not what is to be told.
  all.catch(() => {});
  return () => {
    over = true;
    return all;
  };
}

const untilInSync = ({ api }: Pick<GlobalAndHub, 'api'>, names: readonly string[]) =>
  until({
    what: `${names.join(' and ')} are proven in sync, with all sidecars`,
    probe: () => fetchStatus(api),
    holds: ({ zones, position }) => {
      const there = zones.filter((zone) => zone.inSync && zone.digestEqual && zone.position === position);
      return names.every((name) => there.find((zone) => zone.name === name)?.sidecars?.connected === 2);
    },
    pause: 100,
  });

/** Settings of a zone at the new house. */
const addressOf = ({ joining }: GlobalAndHub) => ({
  MERIDIAN_ZONE_GLOBAL_URL: joining.url,
  MERIDIAN_ZONE_GLOBAL_CA_FILE: joining.caFile,
});

/** A zone's control plane and nats-server are stopped, and started with the address of another global. */
async function move(ground: Ground, name: string, house: GlobalAndHub): Promise<void> {
  const { controlPlane, nats } = workloads.zone(name);
  await controlPlane.stop();
  await ground.family.latest(`nats-${name}`).stop();
  controlPlane.launch(addressOf(house));
  await startNats(ground, `nats-${name}`, Number(new URL(nats.url).port), await controlPlane.natsConfig());
  await controlPlane.ready();
}

async function deadIngresses(name: string): Promise<string | undefined> {
  const metrics = await (await fetch(`${workloads.zone(name).controlPlane.diagnostics}/metrics`)).text();
  return /^meridian_zone_dead_ingresses (\d+)$/m.exec(metrics)?.[1];
}

const RESTRICTED: RestBody = {
  ...denyFrontend,
  name: 'lost',
  spec: { ...(denyFrontend.spec as object), targetRef: { kind: 'MeshSubset', tags: { 'kuma.io/service': 'nobody' } } },
};

/** Ways to come by another global, as the guide has them. Each leaves the old one stopped, and its hub as it is. */
const HOUSES: readonly (readonly [how: string, build: (ground: Ground) => Promise<GlobalAndHub>])[] = [
  [
    'restored from a backup',
    async (ground) => {
      await old.global.stop();
      return restored(ground, await backup(ground));
    },
  ],
  [
    'restored as another log from a backup that is too old',
    async (ground) => {
      await old.global.stop();
      const file = await backup(ground);
      await old.global.start();
      await put(old.api, RESTRICTED);
      await untilInSync(old, ZONES);
      await old.global.stop();
      return restored(ground, file, '--as-new');
    },
  ],
  [
    'made anew with the same resources',
    async (ground) => {
      const exported = await runMeridian(['export'], { env: { MERIDIAN_ADDRESS: old.global.url } });
      await old.global.stop();
      const house = await startGlobal(elsewhere(ground), {}, () => {});
      const env = { MERIDIAN_ADDRESS: house.global.url };
      const applied = await runMeridian(['apply', '-f', '-'], { env, stdin: exported.out });
      expect(applied.status, applied.err).toBe(0);
      return house;
    },
  ],
];

const elsewhere = (ground: Ground): Ground => ({ ...ground, data: folderOf(ground, 'elsewhere') });

/** @returns the file of the backup of the stopped global */
async function backup(ground: Ground): Promise<string> {
  const file = join(folderOf(ground, 'backup'), 'log.gz');
  await operate(ground, ['log', 'backup', file], { MERIDIAN_GLOBAL_DATA_DIR: join(ground.data, 'global') });
  return file;
}

async function restored(ground: Ground, file: string, ...flags: string[]): Promise<GlobalAndHub> {
  const there = elsewhere(ground);
  const data = folderOf(there, 'global');
  await operate(ground, ['log', 'restore', ...flags, file], { MERIDIAN_GLOBAL_DATA_DIR: data });
  const key = writeSecretFile(join(data, 'secrets.key'), '', ground.runAs);
  copyFileSync(join(ground.data, 'global', 'secrets.key'), key);
  return startGlobal(there, {}, () => {});
}

/** Names of the permissions that a control plane has. */
async function permissionsAt(url: string): Promise<string[]> {
  const { items } = (await (await fetch(`${url}/meshes/default/meshtrafficpermissions`)).json()) as {
    items: { name: string; labels: Record<string, string> }[];
  };
  return items.map(({ name, labels }) => labels['kuma.io/display-name'] ?? name).sort();
}

test.each(HOUSES)('zones move to a global that was %s, one after the other, and no call fails', async (_, build) => {
  const { ground } = prepared;
  const oldHub = ground.family.latest('nats-hub');
  const stopCalling = keepCalling();

  // The guide, docs/moving-house.md, step by step.
  const house = await build(ground);

  await move(ground, 'east', house);
  await untilInSync(house, ['east']);
  // Each zone hears nothing of the other for longer than a dead one would have.
  const since = Date.now();
  while (Date.now() - since < 2 * DEAD_AFTER) {
    for (const zone of ZONES) expect(await deadIngresses(zone)).toBe('0');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await move(ground, 'west', house);
  await untilInSync(house, ZONES);
  await oldHub.stop();
  await untilInSync(house, ZONES);

  const permissions = await permissionsAt(house.global.url);
  expect(permissions).not.toContain(RESTRICTED.name);
  for (const zone of ZONES) expect(await permissionsAt(workloads.zone(zone).controlPlane.url)).toEqual(permissions);

  const calls = await stopCalling();
  expect(calls.flat().filter(({ status }) => status !== 200)).toEqual([]);
  for (const results of calls) {
    expect(results.length).toBeGreaterThan(100);
    expect(new Set(results.map(({ address }) => address)).size).toBe(1);
  }

  await put(house.api, denied('backend-west'));
  await put(house.api, denied('backend-east'));
  for (const route of ROUTES) await untilStatus(route, 403);
  await untilInSync(house, ZONES);
});

/** `frontend` may no longer call that service. */
function denied(service: string): RestBody {
  const targetRef = { kind: 'MeshSubset', tags: { 'kuma.io/service': service } };
  return { ...denyFrontend, name: `deny-${service}`, spec: { ...(denyFrontend.spec as object), targetRef } };
}
