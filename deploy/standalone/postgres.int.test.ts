import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Postgres, startPostgres } from '../../test/support/postgres.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { until } from '../demo/until.ts';
import { loadRegistry } from '../registry.ts';
import { readStandaloneConfig } from './config.ts';
import { type Standalone, runStandalone } from './main.ts';

const registry = await loadRegistry();
/** The one key of an installation, whose folders are apart here. */
const KEY = Buffer.alloc(32, 7).toString('base64');
let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres?.stop());

async function start(store: string): Promise<Standalone> {
  const { path, remove } = await tempDir('standalone');
  onTestFinished(remove);
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: path,
    MERIDIAN_STANDALONE_STORE_URL: store,
    MERIDIAN_STANDALONE_SECRETS_KEY: KEY,
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
  });
  const running = await runStandalone(config, { registry, version: 'test' });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= running.stop());
  onTestFinished(stop);
  return { ...running, stop };
}

async function putMesh({ url }: Standalone, name: string): Promise<number> {
  const body = JSON.stringify({ type: 'Mesh', name });
  return (
    await fetch(`${url}/meshes/${name}`, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })
  ).status;
}

const readMesh = async ({ url }: Standalone, name: string) => (await fetch(`${url}/meshes/${name}`)).status;

test('reads go on while the database is away, writes are refused, and all goes on when it is back', async () => {
  const running = await start(await postgres.createDatabase());
  expect(await putMesh(running, 'before')).toBe(201);
  await postgres.kill();
  expect(await putMesh(running, 'meanwhile')).toBe(503);
  expect(await readMesh(running, 'before')).toBe(200);
  await postgres.restart();
  await until({
    what: 'writes are accepted again',
    probe: () => putMesh(running, 'after'),
    holds: (status) => status === 201 || status === 200,
  });
  expect(await readMesh(running, 'after')).toBe(200);
});

test('a second control plane on the same database is refused, and may start when the first has ended', async () => {
  const store = await postgres.createDatabase();
  const first = await start(store);
  await expect(start(store)).rejects.toThrow('another control plane works on the log in the database of store.url');
  expect(await putMesh(first, 'm')).toBe(201);
  await first.stop();
  expect(await readMesh(await start(store), 'm')).toBe(200);
});
