import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asRestError } from '../../shared/rest/errors.ts';
import type { Stored } from '../../shared/rest/ports.ts';
import type { AdsServer } from '../ads/ports.ts';
import { NO_METADATA } from '../../test/support/snapshotCase.ts';
import { type TempDir, tempDir } from '../../test/support/tempDir.ts';
import { envoyAdmin } from './envoyAdmin.ts';

const envoy = createServer(({ url }, response) => void response.end(`asked ${url}`));
let folder: TempDir;

beforeAll(async () => {
  folder = await tempDir('envoy-admin');
  await new Promise<void>((resolve) => envoy.listen(join(folder.path, 'here.sock'), resolve));
});
afterAll(async () => {
  envoy.close();
  await folder.remove();
});

function ask(socket: string): Promise<string> {
  const metadata = { ...NO_METADATA, adminSocket: socket && join(folder.path, socket) };
  const proxies = new Map([['demo.web-1', { metadata }]]) as unknown as AdsServer['proxies'];
  const at = { labels: {}, creationTime: '', modificationTime: '', spec: {} };
  const proxy: Stored = { origin: '', version: 1, resource: { type: 'Dataplane', mesh: 'demo', name: 'web-1', ...at } };
  return Promise.resolve().then(() => envoyAdmin({ proxies }).stats(proxy, { json: false, usedOnly: true }));
}

test('an Envoy on this machine is asked through its socket', async () => {
  expect(await ask('here.sock')).toBe('asked /stats?usedonly');
});

test.each([
  ['one that is not connected', '', /^the proxy demo\.web-1 is not connected to this control plane$/],
  ['one of another machine', 'there.sock', /^its Envoy cannot be asked: connect ENOENT .*own machine/],
])('%s: kumactl is told why', async (_which, socket, why) => {
  const error = await ask(socket).catch((error: unknown) => asRestError(error));
  expect(error).toMatchObject({
    status: 500,
    title: 'Could not execute admin operation',
    message: expect.stringMatching(why),
  });
});
