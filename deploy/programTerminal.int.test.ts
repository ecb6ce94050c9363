import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { meridianOnTerminal, PROGRAM } from '../test/support/pty.ts';
import { startRecordedServer } from '../test/support/recordedServer.ts';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';
import { tempDir } from '../test/support/tempDir.ts';
import type { Standalone } from './standalone/main.ts';

let running: Standalone;
let env: Record<string, string>;

beforeAll(async () => {
  running = await standaloneForTests('terminal');
  env = { MERIDIAN_ADDRESS: running.url };
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

test('status keeps to the width of the terminal, however long names and reasons are', async () => {
  const zone = {
    name: 'a-zone-with-a-name-that-is-as-long-as-names-of-zones-ever-get',
    state: 'stalled',
    inSync: false,
    since: new Date().toISOString(),
    position: 1_234_567,
    lag: 3,
    lagSeconds: 7.5,
    digestEqual: false,
    reason:
      'it is connected, but says nothing for 60 s: it hangs or was stopped, and more is to be said of it than fits',
    quarantined: 0,
    instances: [],
  };
  const rollout = { position: 1_234_567, proxies: 1000, acknowledged: 999, rejected: 1, milliseconds: 12_345 };
  const what = 'default/MeshTimeout/mesh-timeout-all-of-a-mesh-with-a-long-name';
  const errors = [{ proxy: 'default.web-1', error: 'a listener of it cannot be opened, as its port is taken already' }];
  const server = await startRecordedServer({
    'GET /sync': { body: { items: [zone] } },
    'GET /rollouts': { body: { items: [{ ...rollout, at: zone.since, what, errors }] } },
    'GET /log': { body: { items: [{ position: 1_234_567 }] } },
  });
  onTestFinished(server.close);
  const narrow = meridianOnTerminal(['status'], { env: { MERIDIAN_ADDRESS: server.address }, columns: 80 });
  expect(await narrow.ended).toBe(0);
  const lines = stripVTControlCharacters(narrow.output()).split('\r\n');
  expect(lines.filter(({ length }) => length > 80)).toEqual([]);
  expect(lines[2]).toMatch(/^ZONE +STATE +FOR +POSITION +LAG +DIGEST +SIDECARS$/);
  expect(lines[3]).toMatch(/^a-zone-with-.*… +stalled +\d+s +1234567 +3 \(7\.5 s\) +DIFFERENT +-$/);
  expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(`${zone.name}: ${zone.reason}`);
  expect(lines.join(' ')).toMatch(/default\/MeshTimeout\/.*…/);
});

test('no colours in a pipe', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'status'], {
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
  const command = execFile(process.execPath, [PROGRAM, 'get', 'meshes', '-w', '--interval', '0.1'], {
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

test('apply shows what it would change and asks; only a yes applies it, as one change', async () => {
  const { path, remove } = await tempDir('apply');
  onTestFinished(remove);
  const file = join(path, 'two.yaml');
  await writeFile(file, 'type: Mesh\nname: asked\n---\ntype: Mesh\nname: asked-2\nmtls: { enabledBackend: none }\n');
  const applying = () => meridianOnTerminal(['apply', '-f', file], { env });

  const wrong = applying();
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toMatch(/two\.yaml:6:9: Mesh "asked-2": mtls\.enabledBackend: .*\r\n {4}6 \| mtls: /);

  await writeFile(
    file,
    'type: Mesh\nname: asked\n---\ntype: Mesh\nname: asked-2\nrouting: { localityAwareLoadBalancing: true }\n',
  );
  const refused = applying();
  await refused.said(/asked-2": created/);
  await refused.said(/\+ routing/);
  await refused.said(/apply this\?/);
  refused.type('n\r');
  expect(await refused.ended).toBe(1);
  expect((await fetch(`${running.url}/meshes/asked`)).status).toBe(404);

  const agreed = applying();
  await agreed.said(/apply this\?/);
  agreed.type('y\r');
  await agreed.said(/Mesh "asked" created\r\nMesh "asked-2" created/);
  expect(await agreed.ended).toBe(0);
  const { items } = (await (await fetch(`${running.url}/log?type=Mesh&limit=2`)).json()) as {
    items: { change: { id: string } }[];
  };
  expect(new Set(items.map(({ change }) => change.id)).size).toBe(1);

  const again = applying();
  await again.said(/nothing to change/);
  expect(await again.ended).toBe(0);
});

test('what somebody else wrote while the question was open is not overwritten', async () => {
  const { path, remove } = await tempDir('apply');
  onTestFinished(remove);
  const file = join(path, 'mesh.yaml');
  await putMesh('contested');
  await writeFile(file, 'type: Mesh\nname: contested\nrouting: { localityAwareLoadBalancing: true }\n');
  const applying = meridianOnTerminal(['apply', '-f', file], { env });
  await applying.said(/apply this\?/);
  const put = await fetch(`${running.url}/meshes/contested`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'Mesh', name: 'contested', labels: { by: 'other' } }),
  });
  expect(put.status).toBe(200);
  applying.type('y\r');
  expect(await applying.ended).toBe(1);
  expect(applying.output()).toMatch(
    /not all of it is as it was expected to be.*\r\n.*mesh\.yaml:1:1: Mesh "contested": is at/,
  );
  const now = await (await fetch(`${running.url}/meshes/contested`)).json();
  expect(now).toMatchObject({ labels: { by: 'other' } });
  expect(now).not.toMatchObject({ routing: { localityAwareLoadBalancing: true } });
});

test('what somebody else created while the question was open is not overwritten', async () => {
  const { path, remove } = await tempDir('apply');
  onTestFinished(remove);
  const file = join(path, 'mesh.yaml');
  await writeFile(file, 'type: Mesh\nname: taken\nrouting: { localityAwareLoadBalancing: true }\n');
  const applying = meridianOnTerminal(['apply', '-f', file], { env });
  await applying.said(/taken": created[\s\S]*apply this\?/);
  await putMesh('taken');
  applying.type('y\r');
  expect(await applying.ended).toBe(1);
  expect(applying.output()).toMatch(/mesh\.yaml:1:1: Mesh "taken": exists already/);
  expect(await (await fetch(`${running.url}/meshes/taken`)).json()).not.toHaveProperty('routing');
});
