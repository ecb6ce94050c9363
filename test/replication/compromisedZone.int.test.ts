import { createPrivateKey } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromSeed } from '@nats-io/nkeys';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { Child } from '../../deploy/demo/child.ts';
import { type GlobalAndHub, startGlobal } from '../../deploy/demo/cluster.ts';
import { folderOf, startMeridian } from '../../deploy/demo/ground.ts';
import { startNats } from '../../deploy/demo/natsServer.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { writeSecretFile } from '../../deploy/demo/runAs.ts';
import { until } from '../../deploy/demo/until.ts';
import { zoneControlPlane } from '../../deploy/demo/zone.ts';
import { freePort } from '../../deploy/process/ports.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { connectToLeaf } from '../../zone/leaf/leafConnection.ts';
import { opensGrant } from '../../zone/replica/keyring.ts';
import { startNatsServer } from '../support/nats.ts';
import { tempDir } from '../support/tempDir.ts';
import { quiet, quietGround } from '../support/quietGround.ts';
import { eventually } from '../support/eventually.ts';

vi.setConfig({ testTimeout: 300_000 });

const ZONE = 'zone-1';
let prepared: Prepared;
let global: GlobalAndHub;
let zone: Awaited<ReturnType<typeof zoneControlPlane>>;
let nats: Child;

/** Starts the zone's control plane, and the nats-server with what that wrote. */
async function start(): Promise<void> {
  zone.controlPlane.launch();
  nats = await startNats(prepared.ground, `nats-${ZONE}`, zone.natsPort, await zone.controlPlane.natsConfig());
  await zone.controlPlane.ready();
}

beforeAll(async () => {
  prepared = quietGround({ envoy: false });
  global = await startGlobal(prepared.ground, {}, quiet);
  zone = await zoneControlPlane(prepared.ground, global.joining, { name: ZONE, dpAuth: 'none', vipPort: 1 });
  await start();
}, 240_000);

afterAll(() => prepared?.stop());

const data = () => join(prepared.ground.data, ZONE);
const leafDir = () => join(prepared.ground.data, `nats-${ZONE}`);
const log = () => readFileSync(join(prepared.ground.data, 'logs', `${ZONE}.log`), 'utf8');
const keyIn = (folder: string) => createPrivateKey(readFileSync(join(folder, 'zone.key')));
const userIn = (folder: string) =>
  fromSeed(new TextEncoder().encode(readFileSync(join(folder, 'leaf-user.nk'), 'utf8').trim()));
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A secret is written on global, and the zone shows it: it has the newest, and the key to it. */
async function followsWith(text: string): Promise<void> {
  const body = { type: 'Secret', mesh: 'default', name: 's', data: base64(text) };
  await global.api.send('PUT', '/meshes/default/secrets/s', { body });
  await until({
    what: `the zone shows ${text}`,
    probe: async () =>
      (await fetch(`${zone.controlPlane.url}/meshes/default/secrets/s`)).json() as Promise<{ data?: string }>,
    holds: (secret) => secret.data === base64(text),
    pause: 100,
  });
  await until({
    what: 'global shows it in sync',
    probe: async () => (await fetchStatus(global.api)).zones.find(({ name }) => name === ZONE),
    holds: (shown) => shown?.inSync === true && shown.lag === 0 && shown.state === 'online',
    pause: 100,
  });
}

const toLeaf = (user: ReturnType<typeof userIn>) =>
  connectToLeaf({
    url: zone.env['MERIDIAN_ZONE_NATS_URL'] ?? '',
    ca: { caFile: join(leafDir(), 'leaf.crt') },
    user,
    zone: ZONE,
  });

/** How many data keys the zone has been given, and how many of them a key opens. */
async function grants(key: ReturnType<typeof keyIn>): Promise<{ all: number; opened: number }> {
  const leaf = await toLeaf(userIn(data()));
  try {
    const { state } = await leaf.jsm.streams.info('KEYS', { subjects_filter: '>' });
    const texts = await Promise.all(
      Object.keys(state.subjects ?? {}).map(async (subject) => {
        const message = await leaf.jsm.streams.getMessage('KEYS', { last_by_subj: subject });
        return { id: subject.split('.').at(-1) ?? '', text: message?.string() ?? '' };
      }),
    );
    const kept = texts.filter(({ text }) => text !== '');
    return { all: kept.length, opened: kept.filter(({ id, text }) => opensGrant(text, key, id)).length };
  } finally {
    await leaf.nats.close();
  }
}

async function rotate(what: string): Promise<void> {
  const env = zone.env;
  const command = startMeridian(prepared.ground, ['rotate', what], { name: `rotate ${what}`, env, generation: 2 });
  expect(await command.exited).toMatchObject({ code: 0 });
}

it('`meridian rotate` gives a zone that runs its next keys, and those before open nothing and let nobody in', async () => {
  await followsWith('before');
  const [key, user] = [keyIn(data()), userIn(data())];
  const pids = [zone.controlPlane.pid, nats.pid];
  await rotate('zone-key');
  await rotate('leaf-keys');
  const says = (text: string) => ({
    what: `its log says: ${text}`,
    probe: async () => log(),
    holds: () => log().includes(text),
    pause: 100,
  });
  await until(says('nothing is sealed to the former key of the zone any more'));
  await until(says('the nats-server takes the next keys of its control planes'));
  await followsWith('after');
  expect(await grants(key)).toMatchObject({ opened: 0 });
  const { all, opened } = await grants(keyIn(data()));
  expect([all > 0, opened]).toEqual([true, all]);
  await expect(toLeaf(user)).rejects.toThrow('does not know our key');
  expect([zone.controlPlane.pid, nats.pid]).toEqual(pids);
  // It signs tokens of users with a key that it sealed itself.
  const token = await fetch(`${zone.controlPlane.url}/tokens/user`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ann', validFor: '1h' }),
  });
  expect(token.status).toBe(200);
});

it('who took everything from the machine of a zone has nothing of it, once the token is revoked and the zone is joined anew', async () => {
  const { path: theft, remove } = await tempDir('theft');
  onTestFinished(remove);
  const [stolen, stolenLeaf] = [join(theft, 'data'), join(theft, 'leaf')];
  cpSync(data(), stolen, { recursive: true });
  cpSync(leafDir(), stolenLeaf, { recursive: true });

  await zone.controlPlane.stop();
  await nats.stop();
  const token = readFileSync(join(stolen, 'zone.token'), 'utf8').trim();
  const revoked = { type: 'GlobalSecret', name: 'zone-token-revocations', data: base64(decodeJwt(token).jti ?? '') };
  await global.api.send('PUT', '/global-secrets/zone-token-revocations', { body: revoked });
  // Another machine, at the same address.
  for (const folder of [data(), leafDir()]) rmSync(folder, { recursive: true });
  for (const name of [ZONE, `nats-${ZONE}`]) folderOf(prepared.ground, name);
  const next = await global.api.send('POST', '/tokens/zone', { body: { zone: ZONE, scope: ['cp'] } });
  writeSecretFile(join(data(), 'zone.token'), String(next.body), prepared.ground.runAs);
  await start();
  await followsWith('on the new machine');

  const [key, user] = [keyIn(stolen), userIn(stolen)];
  expect(await grants(key)).toMatchObject({ opened: 0 });
  const { all, opened } = await grants(keyIn(data()));
  expect([all > 0, opened]).toEqual([true, all]);
  await expect(toLeaf(user)).rejects.toThrow('does not know our key');
  const answer = await fetch(`${global.global.url}/zones/${ZONE}/credentials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userKey: `U${'A'.repeat(55)}` }),
  });
  expect(answer.status).toBe(401);
  const port = await freePort();
  const conf = join(stolenLeaf, 'leaf.conf');
  const taken = readFileSync(conf, 'utf8')
    .replaceAll(leafDir(), stolenLeaf)
    .replace(/^listen: .*$/m, `listen: "127.0.0.1:${port}"`);
  writeFileSync(conf, taken);
  const intruder = await startNatsServer({ file: { path: conf, port } });
  onTestFinished(() => intruder.stop());
  await eventually(() => expect(intruder.output).toContain('Authorization Violation'));
});
