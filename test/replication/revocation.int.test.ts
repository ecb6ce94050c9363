import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Cluster, startCluster } from '../../deploy/demo/cluster.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { until } from '../../deploy/demo/until.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { quiet, quietGround } from '../support/quietGround.ts';
import { runMeridian } from '../support/runMeridian.ts';

vi.setConfig({ testTimeout: 300_000 });

let prepared: Prepared;
let cluster: Cluster;

beforeAll(async () => {
  prepared = quietGround({ envoy: false });
  cluster = await startCluster(prepared.ground, { zones: ['zone-1', 'zone-2'], dpAuth: 'none' }, quiet);
}, 240_000);

afterAll(() => prepared?.stop());

const tokenFile = (zone: string) => join(prepared.ground.data, zone, 'zone.token');
const credential = (zone: string) => readFileSync(join(prepared.ground.data, `nats-${zone}`, 'hub.creds'), 'utf8');

async function newToken(zone: string): Promise<string> {
  return String((await cluster.api.send('POST', '/tokens/zone', { body: { zone, scope: ['cp'] } })).body);
}

const shown = async (name: string) => (await fetchStatus(cluster.api)).zones.find((zone) => zone.name === name);

/** The zone has all that global has, at the newest position. */
async function follows(zone: string): Promise<void> {
  const spec = { targetRef: { kind: 'Mesh' }, to: [{ targetRef: { kind: 'Mesh' }, default: { http: {} } }] };
  const timeout = { requestTimeout: `${Math.ceil(Math.random() * 1_000_000)}ms` };
  spec.to[0] = { targetRef: { kind: 'Mesh' }, default: { http: timeout } };
  const body = { type: 'MeshTimeout', mesh: 'default', name: 't', spec };
  await cluster.api.send('PUT', '/meshes/default/meshtimeouts/t', { body });
  await until({
    what: `${zone} follows`,
    probe: () => shown(zone),
    holds: (status) => status?.inSync === true && status.lag === 0 && status.state === 'online',
    pause: 100,
  });
}

async function dataplanesOnGlobal(total: number): Promise<void> {
  await until({
    what: `global shows ${total} dataplanes`,
    probe: async () => z.object({ total: z.number() }).parse(await cluster.api.get('/meshes/default/dataplanes')).total,
    holds: (shownTotal) => shownTotal === total,
    pause: 100,
  });
}

async function isCutOff(zone: string): Promise<void> {
  await until({
    what: `${zone} is cut off`,
    probe: () => shown(zone),
    holds: (status) => status === undefined || status.state === 'offline',
    pause: 100,
  });
}

it('a revoked zone token takes the credential along at once, and a new one brings the zone back', async () => {
  await follows('zone-1');
  const { jti } = decodeJwt(readFileSync(tokenFile('zone-1'), 'utf8'));
  const before = credential('zone-1');
  const data = Buffer.from(`other,${jti}`).toString('base64');
  const body = { type: 'GlobalSecret', name: 'zone-token-revocations', data };
  await cluster.api.send('PUT', '/global-secrets/zone-token-revocations', { body });
  await isCutOff('zone-1');
  const { out } = await runMeridian(['status'], { env: { MERIDIAN_ADDRESS: cluster.global.url } });
  expect(out).toMatch(
    /zone-1: nothing is heard of it for \d+ s; its zone token was revoked, .* generate zone-token --zone/,
  );
  await follows('zone-2');
  const [first] = cluster.zones;
  expect((await fetch(`${first?.controlPlane.url}/meshes/default`)).status, 'it goes on with its own copy').toBe(200);
  expect(credential('zone-1')).toBe(before);

  writeFileSync(tokenFile('zone-1'), await newToken('zone-1'));
  await follows('zone-1');
  expect(credential('zone-1')).not.toBe(before);
  expect(await shown('zone-1')).not.toHaveProperty('revoked');
});

it('a deleted Zone is out, its token too, until it joins with a new one', async () => {
  const zone = cluster.zones[1];
  if (!zone) throw new Error('there are two zones');
  await follows('zone-2');
  const inbound = [{ port: 80, tags: { 'kuma.io/service': 'web' } }];
  const dataplane = { type: 'Dataplane', mesh: 'default', name: 'of-2', networking: { address: '10.0.0.1', inbound } };
  await fetch(`${zone.controlPlane.url}/meshes/default/dataplanes/of-2`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(dataplane),
  });
  await dataplanesOnGlobal(1);
  await zone.controlPlane.crash();
  await isCutOff('zone-2');
  await cluster.api.send('DELETE', '/zones/zone-2');
  await dataplanesOnGlobal(0);
  await zone.controlPlane.start();
  expect((await fetch(`${zone.controlPlane.url}/meshes/default`)).status, 'it has its own copy').toBe(200);
  await follows('zone-1');
  const answer = await fetch(`${cluster.global.url}/zones/zone-2/credentials`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${readFileSync(tokenFile('zone-2'), 'utf8')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ userKey: `U${'A'.repeat(55)}` }),
  });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('was deleted') });
  expect(await shown('zone-2')).toBeUndefined();

  writeFileSync(tokenFile('zone-2'), await newToken('zone-2'));
  await follows('zone-2');
  await dataplanesOnGlobal(1);
});
