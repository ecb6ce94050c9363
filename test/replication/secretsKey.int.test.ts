import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type GlobalAndHub, startGlobal } from '../../deploy/demo/cluster.ts';
import { startMeridian } from '../../deploy/demo/ground.ts';
import type { Prepared } from '../../deploy/demo/prepare.ts';
import { until } from '../../deploy/demo/until.ts';
import { startZone, type Zone } from '../../deploy/demo/zone.ts';
import { fetchStatus } from '../../global/cli/statusBody.ts';
import { quiet, quietGround } from '../support/quietGround.ts';

vi.setConfig({ testTimeout: 300_000 });

const ZONES = ['zone-1', 'zone-2'];
let prepared: Prepared;
let global: GlobalAndHub;
let zones: readonly Zone[];

beforeAll(async () => {
  prepared = quietGround({ envoy: false });
  global = await startGlobal(prepared.ground, {}, quiet);
  zones = await Promise.all(
    ZONES.map((name) => startZone(prepared.ground, global.joining, { name, dpAuth: 'none', vipPort: 1 })),
  );
}, 240_000);

afterAll(() => prepared?.stop());

async function allFollow(): Promise<void> {
  const timeout = { requestTimeout: `${Math.ceil(Math.random() * 1_000_000)}ms` };
  const to = [{ targetRef: { kind: 'Mesh' }, default: { http: timeout } }];
  const body = { type: 'MeshTimeout', mesh: 'default', name: 't', spec: { targetRef: { kind: 'Mesh' }, to } };
  await global.api.send('PUT', '/meshes/default/meshtimeouts/t', { body });
  await until({
    what: 'all zones follow',
    probe: async () => (await fetchStatus(global.api)).zones.filter(({ inSync, lag }) => inSync && lag === 0).length,
    holds: (count) => count === ZONES.length,
    pause: 100,
  });
}

async function rotate(what: string): Promise<number | null> {
  const { env } = global;
  return (await startMeridian(prepared.ground, ['rotate', what], { name: `rotate ${what}`, env, generation: 1 }).exited)
    .code;
}

/** Every zone shows that secret. */
async function shownEverywhere(name: string, text: string): Promise<void> {
  const shown = (zone: Zone) =>
    fetch(`${zone.controlPlane.url}/meshes/default/secrets/${name}`).then((one) => one.json());
  await until({
    what: `all zones show ${text}`,
    probe: async () => (await Promise.all(zones.map(shown))) as { data?: string }[],
    holds: (all) => all.every(({ data }) => data === Buffer.from(text).toString('base64')),
    pause: 100,
  });
}

async function putSecret(name: string, text: string): Promise<void> {
  const body = { type: 'Secret', mesh: 'default', name, data: Buffer.from(text).toString('base64') };
  await global.api.send('PUT', `/meshes/default/secrets/${name}`, { body });
}

it('global goes on with the next key of secrets: zones read what was sealed before and after', async () => {
  await putSecret('before', 'sealed before');
  await shownEverywhere('before', 'sealed before');
  const key = () => readFileSync(join(prepared.ground.data, 'global', 'secrets.key'), 'utf8');
  const former = key();
  expect(await rotate('secrets-key'), 'while global runs').toBe(1);
  expect(key()).toBe(former);
  await global.global.stop();
  expect(await rotate('secrets-key')).toBe(0);
  expect(key()).not.toContain(former.trim());
  await global.global.start();
  await putSecret('after', 'sealed after');
  await shownEverywhere('after', 'sealed after');
  await allFollow();
  // Global opens it, for itself and for a zone that comes to it for the first time.
  expect(await global.api.get('/meshes/default/secrets/before')).toMatchObject({
    data: Buffer.from('sealed before').toString('base64'),
  });
  await zones[0]?.controlPlane.stop();
  rmSync(join(prepared.ground.data, 'zone-1', 'copy.sqlite'));
  await zones[0]?.controlPlane.start();
  await shownEverywhere('before', 'sealed before');
});
