import { expect, test } from 'vitest';
import { ROOT } from '../../deploy/demo/tools.ts';
import { until } from '../../deploy/demo/until.ts';
import { Process } from '../../deploy/process/process.ts';
import { groupLives } from '../../deploy/demo/processGroup.ts';
import { startBareCluster } from '../support/bareCluster.ts';

async function json(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; body: { name?: string; spec?: unknown } }> {
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as { name?: string; spec?: unknown } };
}

test('--bare prints where everything is, a write on global is in every zone, SIGTERM leaves nothing', async () => {
  const cluster = await startBareCluster(['--zones', '2']);
  const pids = [cluster.global.pid, ...cluster.zones.map(({ pid }) => pid)];
  try {
    expect(cluster.zones.map(({ name }) => name)).toEqual(['zone-1', 'zone-2']);
    for (const zone of cluster.zones) expect(zone.ads).toMatch(/^127\.0\.0\.1:\d+$/);
    const timeout = {
      type: 'MeshTimeout',
      mesh: 'default',
      name: 'everywhere',
      spec: {
        targetRef: { kind: 'Mesh' },
        to: [{ targetRef: { kind: 'Mesh' }, default: { http: { requestTimeout: '7s' } } }],
      },
    };
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(timeout) };
    expect((await json(`${cluster.global.url}/meshes/default/meshtimeouts/everywhere`, put)).status).toBe(201);
    for (const zone of cluster.zones) {
      await until({
        what: `${zone.name} has the policy`,
        probe: async () => {
          const response = await fetch(`${zone.url}/meshes/default/meshtimeouts`);
          return (await response.json()) as { items: { labels?: Record<string, string> }[] };
        },
        holds: ({ items }) => items.some(({ labels }) => labels?.['kuma.io/display-name'] === 'everywhere'),
      });
    }
  } finally {
    await cluster.stop();
  }
  expect(pids.filter(groupLives)).toEqual([]);
});

test('--bare --standalone is one process at one URL', async () => {
  const cluster = await startBareCluster(['--standalone']);
  try {
    const { url, pid } = cluster.global;
    expect(cluster).toMatchObject({
      zones: [{ name: 'default', url, pid, ads: expect.stringMatching(/^127\.0\.0\.1:\d+$/) }],
      nats: { hub: '', zones: {} },
    });
    const dataplane = {
      type: 'Dataplane',
      mesh: 'default',
      name: 'a',
      networking: { address: '127.0.0.1', inbound: [{ port: 80, tags: { 'kuma.io/service': 'a' } }] },
    };
    const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(dataplane) };
    expect((await json(`${url}/meshes/default/dataplanes/a`, put)).status).toBe(201);
  } finally {
    await cluster.stop();
  }
  expect(groupLives(cluster.global.pid)).toBe(false);
});

test('a wrong option is one line and no start', async () => {
  const child = new Process({
    name: 'demo',
    file: process.execPath,
    args: ['deploy/demo/main.ts', '--bare', '--zones', 'many'],
    cwd: ROOT,
  });
  expect((await child.exited).code).toBe(1);
  expect(child.output).toBe("error: option '--zones <n>' argument 'many' is invalid. 1 to 20 zones.");
});

test('a missing binary says how to get it', async () => {
  const env = { MERIDIAN_NATS_SERVER: '/nowhere/nats-server' };
  const child = new Process({
    name: 'demo',
    file: process.execPath,
    args: ['deploy/demo/main.ts', '--bare'],
    cwd: ROOT,
    env,
  });
  expect((await child.exited).code).toBe(1);
  expect(child.output).toMatch(/^error: MERIDIAN_NATS_SERVER .*\/nowhere\/nats-server.*$/);
});
