import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import { createMesh } from '../../deploy/demo/mesh.ts';
import { until } from '../../deploy/demo/until.ts';
import type { Zone } from '../../deploy/demo/zone.ts';
import { meridian } from '../../deploy/program.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { type DeathlessGround, deathlessGround } from '../support/deathlessGround.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { type TempDir, tempDir } from '../support/tempDir.ts';

const ZONES = ['east', 'west'] as const;
let prepared: DeathlessGround;
let postgres: Postgres;
let folder: TempDir;
let cluster: Cluster;
let store: string;

beforeAll(async () => {
  prepared = deathlessGround();
  [postgres, folder] = await Promise.all([startPostgres(), tempDir('older-backup')]);
  store = await postgres.createDatabase();
  cluster = await startCluster(prepared.ground, { zones: ZONES, dpAuth: 'dpToken', store }, () => {});
});

afterAll(async () => {
  await prepared?.stop();
  await postgres?.stop();
  await folder?.remove();
});

/** The operator's `meridian log …`, on the store that global has or had. */
async function run(...arguments_: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await meridian(['log', ...arguments_], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    now: Date.now,
    env: {
      MERIDIAN_GLOBAL_STORE_URL: store,
      MERIDIAN_GLOBAL_DATA_DIR: join(prepared.ground.data, 'global'),
      MERIDIAN_GLOBAL_NATS_URL: cluster.hub.url,
    },
    stdin: async () => '',
  });
  return { status, out, err };
}

/** The same, which must not fail. @returns what it printed */
async function log(...arguments_: readonly string[]): Promise<string> {
  const { status, out, err } = await run(...arguments_);
  expect([status, status === 0 ? '' : err]).toEqual([0, '']);
  return out;
}

const TIMEOUTS = '/meshes/default/meshtimeouts';
const SECRET = '/meshes/default/secrets/s';

const putTimeout = (name: string, requestTimeout: string) =>
  cluster.api.send('PUT', `${TIMEOUTS}/${name}`, {
    body: {
      type: 'MeshTimeout',
      mesh: 'default',
      name,
      spec: {
        targetRef: { kind: 'Mesh' },
        to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout } } }],
      },
    },
  });
const removeTimeout = (name: string) => cluster.api.send('DELETE', `${TIMEOUTS}/${name}`);
const putSecret = (text: string) =>
  cluster.api.send('PUT', SECRET, {
    body: { type: 'Secret', mesh: 'default', name: 's', data: Buffer.from(text).toString('base64') },
  });

interface Listed {
  readonly items: readonly {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly spec: {
      readonly to: readonly { readonly default: { readonly http: { readonly requestTimeout: string } } }[];
    };
  }[];
}

/** What a control plane answers: timeouts by name, and the secret. */
async function heldBy(url: string) {
  const { items } = (await (await fetch(`${url}${TIMEOUTS}`)).json()) as Listed;
  const { data } = (await (await fetch(`${url}${SECRET}`)).json()) as { data: string };
  const timeouts = items.map(({ name, labels, spec }) => [
    labels?.['kuma.io/display-name'] ?? name,
    spec.to[0]?.default.http.requestTimeout,
  ]);
  const own = timeouts.filter(([name]) => !name?.endsWith('-default'));
  return { timeouts: Object.fromEntries(own), secret: Buffer.from(data, 'base64').toString() };
}

const untilInSync = () =>
  until({
    what: 'both zones are proven in sync',
    probe: () => fetchStatus(cluster.api),
    holds: ({ zones, position }) =>
      zones.length === ZONES.length &&
      zones.every((zone) => zone.inSync && zone.digestEqual && zone.position === position),
    pause: 100,
  });

test('a log that is older than what the zones hold goes on above it, and the zones go back to it', async () => {
  await createMesh(cluster.api);
  await putTimeout('changed', '1s');
  await putTimeout('removed', '1s');
  await putTimeout('same', '1s');
  await putSecret('before');
  await untilInSync();
  const backup = join(folder.path, 'log');
  await log('backup', backup);

  // What will be lost, after it has reached the zones.
  await putTimeout('changed', '2s');
  await putTimeout('changed', '3s');
  await removeTimeout('removed');
  await putTimeout('made', '1s');
  await putTimeout('made-and-removed', '1s');
  await removeTimeout('made-and-removed');
  await putSecret('after');
  const { position: lostHead } = await untilInSync();
  for (const { controlPlane } of cluster.zones)
    expect(await heldBy(controlPlane.url)).toEqual({
      timeouts: { changed: '3s', same: '1s', made: '1s' },
      secret: 'after',
    });

  await cluster.global.stop();
  store = await postgres.createDatabase();
  await log('restore', backup);
  await cluster.global.start({ MERIDIAN_GLOBAL_STORE_URL: store });
  await until({
    what: 'global refuses to publish and says what to do',
    probe: async () => {
      const response = await fetch(`${cluster.global.diagnostics}/ready`);
      return { status: response.status, reason: await response.text() };
    },
    // It takes writes as before; at first it may say that the hub is not there yet.
    holds: ({ status, reason }) => status === 200 && reason.includes('meridian log supersede'),
  });
  // Taken, and told to nobody yet.
  await putTimeout('written-meanwhile', '1s');
  expect(await run('supersede', '--yes')).toMatchObject({ status: 1, err: expect.stringContaining('stop it first') });
  await cluster.global.stop();

  const listed = await log('supersede');
  expect(listed.match(/^\d+ .*/gm)?.map((line) => line.split(/\s{2,}/).map((cell) => cell.trim()))).toEqual([
    [
      expect.any(String),
      'default/MeshTimeout/changed',
      '3 ResourceUpdated',
      expect.any(String),
      expect.any(String),
      'version 1',
    ],
    [
      expect.any(String),
      'default/MeshTimeout/removed',
      '2 ResourceDeleted',
      expect.any(String),
      expect.any(String),
      'version 1',
    ],
    [
      expect.any(String),
      'default/MeshTimeout/made',
      '1 ResourceCreated',
      expect.any(String),
      expect.any(String),
      'deleted',
    ],
    [
      expect.any(String),
      'default/MeshTimeout/made-and-removed',
      '2 ResourceDeleted',
      expect.any(String),
      expect.any(String),
      'deleted',
    ],
    [String(lostHead), 'default/Secret/s', '2 ResourceUpdated', expect.any(String), expect.any(String), 'version 1'],
  ]);
  expect(listed).toContain('Nothing was changed.');
  expect(await log('supersede')).toBe(listed);

  expect(await log('supersede', '--yes')).toContain('They are dropped.');
  expect(await log('supersede')).toContain('the hub has nothing that the log has not');
  await cluster.global.start({ MERIDIAN_GLOBAL_STORE_URL: store });
  const { position } = await untilInSync();
  expect(position).toBeGreaterThan(lostHead);
  const restored = {
    timeouts: { changed: '1s', removed: '1s', same: '1s', 'written-meanwhile': '1s' },
    secret: 'before',
  };
  for (const { url } of [cluster.global, ...cluster.zones.map(({ controlPlane }) => controlPlane)])
    expect(await heldBy(url)).toEqual(restored);

  const { items: history } = (await cluster.api.get('/log', { name: 'changed', limit: 10, order: 'desc' })) as {
    items: { version: number; by: { message?: string } }[];
  };
  expect(history.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  expect(history[0]?.by.message).toContain('are dropped');
  expect(history[3]?.by.message).toBeUndefined();
});

test('what is written afterwards reaches the zones, also one that begins with an empty copy', async () => {
  const { controlPlane: west } = cluster.zones[1] as Zone;
  await west.stop();
  for (const end of ['', '-wal', '-shm'])
    rmSync(join(prepared.ground.data, 'west', `copy.sqlite${end}`), { force: true });
  await putTimeout('changed', '4s');
  await putTimeout('made', '5s');
  await west.start();
  await untilInSync();
  for (const { controlPlane } of cluster.zones)
    expect((await heldBy(controlPlane.url)).timeouts).toMatchObject({ changed: '4s', made: '5s' });
  expect(await log('backup', join(folder.path, 'again'))).toContain('events up to position');
});
