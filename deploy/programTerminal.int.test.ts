import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { meridianOnTerminal } from '../test/support/pty.ts';
import { tempDir } from '../test/support/tempDir.ts';
import { loadRegistry } from './registry.ts';
import { readStandaloneConfig } from './standalone/config.ts';
import { runStandalone, type Standalone } from './standalone/main.ts';

let running: Standalone;
let env: Record<string, string>;

beforeAll(async () => {
  const { path, remove } = await tempDir('terminal');
  const config = readStandaloneConfig(undefined, {
    MERIDIAN_STANDALONE_DATA_DIR: path,
    MERIDIAN_STANDALONE_API_PORT: '0',
    MERIDIAN_STANDALONE_DP_PORT: '0',
    MERIDIAN_STANDALONE_DIAGNOSTICS_PORT: '0',
    MERIDIAN_LOG_LEVEL: 'silent',
  });
  running = await runStandalone(config, { registry: await loadRegistry(), version: 'test' });
  env = { MERIDIAN_ADDRESS: running.url };
  return async () => {
    await running.stop();
    await remove();
  };
});

async function putMesh(name: string) {
  const response = await fetch(`${running.url}/meshes/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'Mesh', name }),
  });
  expect(response.status).toBe(201);
}

const GREEN = '\u001b[32m';

test('colours on a terminal, none when NO_COLOR asks for that', async () => {
  const coloured = meridianOnTerminal(['status'], { env });
  expect(await coloured.ended).toBe(0);
  expect(coloured.output()).toContain(`${GREEN}online`);
  const plain = meridianOnTerminal(['status'], { env: { ...env, NO_COLOR: '1' } });
  expect(await plain.ended).toBe(0);
  expect(plain.output()).toMatch(/default +online/);
  expect(plain.output()).not.toContain('\u001b');
});

test('no colours in a pipe', async () => {
  const program = new URL('./meridian.js', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'status'], {
    env: { ...process.env, ...env, TERM: 'xterm-256color' },
  });
  expect(stdout).toMatch(/default +online/);
  expect(stdout).not.toContain('\u001b');
});

test('what is watched on a terminal is drawn anew, within its lines, and Ctrl-C leaves it in order', async () => {
  const watching = meridianOnTerminal(['get', 'meshes', '--watch', '--interval', '0.1'], { env, rows: 6 });
  await watching.said(/default/);
  await putMesh('watched-a');
  await watching.said(/watched-a/);
  for (const name of ['watched-b', 'watched-c', 'watched-d']) await putMesh(name);
  await watching.said(/… 2 more lines/);
  watching.type('\x03');
  expect(await watching.ended).toBe(130);
  expect(watching.output(), 'the cursor is shown again').toMatch(/\x1b\[\?25h\r?\n$/);
  expect(watching.output()).not.toContain('error');
});

test('what is watched in a pipe is appended line by line', async () => {
  const program = new URL('./meridian.js', import.meta.url).pathname;
  const command = execFile(process.execPath, [program, 'get', 'meshes', '-w', '--interval', '0.1'], {
    env: { ...process.env, ...env },
  });
  let out = '';
  const until = (pattern: RegExp) => expect.poll(() => out, { timeout: 50_000, interval: 20 }).toMatch(pattern);
  command.stdout?.on('data', (text: string) => {
    out += text;
  });
  await until(/^NAME.*\n(.*\n)*default /);
  await putMesh('piped');
  await until(/\npiped /);
  await fetch(`${running.url}/meshes/piped`, { method: 'DELETE' });
  await until(/\npiped .* deleted\n$/);
  expect(out.match(/NAME/g)).toHaveLength(1);
  expect(out).not.toContain('\u001b');
  const ended = new Promise((resolve) => command.once('exit', resolve));
  command.kill('SIGINT');
  expect(await ended).toBe(130);
});
