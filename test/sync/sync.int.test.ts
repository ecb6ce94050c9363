import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import { folderOf } from '../../deploy/demo/ground.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { ROOT } from '../../deploy/demo/tools.ts';
import { until } from '../../deploy/demo/until.ts';
import { openPolicyLog } from '../../global/command/openPolicyLog.ts';
import { globalCredential } from '../../global/hubAccess/credentials.ts';
import type { HubKeys } from '../../global/hubAccess/hubKeys.ts';
import { readHubKeys } from '../../global/hubAccess/readHubKeys.ts';
import { connectToHub, type HubConnection } from '../../global/relay/natsConnection.ts';
import { zoneTable } from '../../global/cli/inspect/zones.ts';
import { fetchStatus, type ZoneStatus } from '../../global/cli/statusBody.ts';
import { statusText } from '../../global/cli/statusText.ts';
import { tempDir } from '../support/tempDir.ts';
import { quiet, quietGround } from '../support/quietGround.ts';

vi.setConfig({ testTimeout: 180_000 });

let prepared: Prepared;
let cluster: Cluster;
let hub: HubConnection;

beforeAll(async () => {
  prepared = quietGround({ envoy: false });
  cluster = await startCluster(prepared.ground, { zones: ['zone-1'], dpAuth: 'none' }, quiet);
  const keys = await hubKeys();
  const credential = await globalCredential(keys);
  hub = await connectToHub({ url: cluster.hub.url, ca: keys.ca.certificatePem, credential });
});

afterAll(async () => {
  await hub?.nats.close();
  await prepared?.stop();
});

/** From a copy of global's log, since its API has them for nobody. */
async function hubKeys(): Promise<HubKeys> {
  const { path: copy, remove } = await tempDir('hub-keys');
  await cluster.global.stop();
  await cp(folderOf(prepared.ground, 'global'), copy, { recursive: true });
  await cluster.global.start();
  const { commands, events } = await openPolicyLog({
    'store.url': '',
    'data.dir': copy,
    'secrets.keyFile': '',
    'secrets.key': '',
    'mesh.createDefault': false,
    now: () => new Date(),
  });
  try {
    return await readHubKeys(commands);
  } finally {
    await events.close();
    await remove();
  }
}

const zone = () => {
  const [only] = cluster.zones;
  if (!only) throw new Error('there is one zone');
  return only;
};

type Overviews = { items: { zoneInsight: { sync: { state: string; inSync: boolean } } }[] };

/** Waits for what global says of the zone, in the three places where it says it. */
async function says(what: string, holds: (zone: ZoneStatus) => boolean): Promise<ZoneStatus> {
  const { status, overviews } = await until({
    what,
    probe: async () => ({
      status: await fetchStatus(cluster.api),
      overviews: (await cluster.api.get('/zones+insights')) as Overviews,
    }),
    // Asked one after the other: on a busy machine the zone may have changed in between.
    holds: ({ status: { zones }, overviews: { items } }) => {
      const [one, sync] = [zones[0], items[0]?.zoneInsight.sync];
      return one !== undefined && holds(one) && sync?.state === one.state && sync.inSync === one.inSync;
    },
    pause: 100,
  });
  const [one] = status.zones as [ZoneStatus];
  expect(zoneTable(overviews.items, Date.now())).toContain(one.state === 'online' ? 'Online' : 'Offline');
  expect(statusText(status, Date.now())).toMatch(new RegExp(`zone-1 +${one.state} `));
  return one;
}
const inSync = ({ inSync: yes, digestEqual, lag }: ZoneStatus) => yes && digestEqual === true && lag === 0;

function put(requestTimeout: string): Promise<unknown> {
  const to = [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout } } }];
  const policy = { type: 'MeshTimeout', mesh: 'default', name: 't', spec: { targetRef: { kind: 'Mesh' }, to } };
  return cluster.api.send('PUT', '/meshes/default/meshtimeouts/t', { body: policy });
}

it('a zone that reports, at the head, with global’s digest, is online', async () => {
  await put('1s');
  const one = await says('in sync', (found) => inSync(found) && found.position > 0);
  expect(one.instances).toMatchObject([{ state: 'online', connected: true, digestEqual: true }]);
});

it('one that was stopped in the middle is stalled, though it is connected, and comes back', async () => {
  process.kill(zone().controlPlane.pid, 'SIGSTOP');
  try {
    const one = await says('stalled', ({ state }) => state === 'stalled');
    expect(one.reason).toMatch(/it is connected, but says nothing for \d+ s/);
    expect(one.instances).toMatchObject([{ state: 'stalled', connected: true }]);
  } finally {
    process.kill(zone().controlPlane.pid, 'SIGCONT');
  }
  await says('in sync again', inSync);
});

it('one that reports but gets nothing to apply is stalled, with position and lag', async () => {
  await hub.jsm.consumers.pause('EVENTS', 'ev-zone-1', new Date(Date.now() + 600_000));
  await put('2s');
  const one = await says('stalled', ({ state }) => state === 'stalled');
  expect(one.lag).toBeGreaterThan(0);
  expect(one.lagSeconds).toBeGreaterThan(5);
  expect(one.reason).toMatch(/behind, and it applied nothing for \d+ s although it reports/);
  await hub.jsm.consumers.resume('EVENTS', 'ev-zone-1');
  await says('in sync again', inSync);
});

it('one whose copy is not what the log says is diverged, fills itself anew and says so', async () => {
  const file = join(prepared.ground.data, 'zone-1', 'copy.sqlite');
  const right = '"requestTimeout":"2s"';
  const bodies = new DatabaseSync(file);
  const read = bodies.prepare('SELECT body FROM entry WHERE key = ?');
  const body = async () => String(read.get('default/MeshTimeout/t')?.body);
  await until({ what: 'the copy has the policy', probe: body, holds: (text) => text.includes(right) });
  bodies.close();
  await zone().controlPlane.crash();
  await says('offline', ({ state }) => state === 'offline');
  const copy = new DatabaseSync(file);
  const damage = `UPDATE entry SET body = replace(body, '${right}', '"requestTimeout":"9s"') WHERE key = ?`;
  copy.prepare(damage).run('default/MeshTimeout/t');
  copy.close();
  await zone().controlPlane.start();
  const one = await says('healed', (found) => inSync(found) && found.refill?.finishedAt !== undefined);
  expect(one.refill?.reason).toMatch(/the digest at position \d+ is not global's/);
  const answer = await fetch(`${zone().controlPlane.url}/meshes/default/meshtimeouts`);
  const policies = await answer.text();
  expect(policies).toContain('"requestTimeout": "2s"');
  expect(policies).not.toContain('"9s"');
});

it('one whose copy cannot even be opened begins a new one', async () => {
  await zone().controlPlane.crash();
  const file = join(prepared.ground.data, 'zone-1', 'copy.sqlite');
  for (const journal of ['-wal', '-shm']) rmSync(`${file}${journal}`, { force: true });
  writeFileSync(file, 'this is no database, whatever its name says');
  await zone().controlPlane.start();
  await says('in sync', inSync);
  expect(existsSync(`${file}.broken`)).toBe(true);
});

it('one whose copy of the data keys lacks one is diverged, and says which copy, until it has it', async () => {
  await hub.jsm.consumers.pause('KEYS', 'keys-zone-1', new Date(Date.now() + 600_000));
  const body = { type: 'Secret', mesh: 'default', name: 'late', data: Buffer.from('parrot').toString('base64') };
  await cluster.api.send('PUT', '/meshes/default/secrets/late', { body });
  const one = await says('diverged', ({ state }) => state === 'diverged');
  expect(one).toMatchObject({ digestEqual: true, reason: expect.stringContaining('data keys (KEYS)') });
  await hub.jsm.consumers.resume('KEYS', 'keys-zone-1');
  await says('in sync', inSync);
});

it('every metric that the alerts are made of is there, and tells of the zone', async () => {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const named = new Set(page.match(/\bmeridian_[a-z_]+/g));
  const scrape = async ({ diagnostics }: { readonly diagnostics: string }) =>
    (await fetch(`${diagnostics}/metrics`)).text();
  const [global, ofZone] = await Promise.all([scrape(cluster.global), scrape(zone().controlPlane)]);
  // a counter that nothing was counted in has no sample yet, but its name is there
  const there = new Set(`${global}\n${ofZone}`.match(/\bmeridian_[a-z_]+/g));
  expect([...named].filter((name) => !there.has(name))).toEqual([]);
  expect(named.size).toBeGreaterThan(10);
  expect(global).toContain('meridian_sync_state{zone="zone-1",state="online"} 1');
  expect(global).toContain('meridian_sync_in_sync{zone="zone-1"} 1');
  expect(global).toContain('meridian_relay_lag_events 0');
  expect(ofZone).toMatch(/^meridian_zone_hub_silence_seconds [0-9.]+$/m);
  expect(ofZone).toMatch(/^meridian_zone_hub_credential_expiry_timestamp_seconds \d{10}/m);
});
