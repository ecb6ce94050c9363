import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startRecordedServer } from '../test/support/recordedServer.ts';
import { tempDir } from '../test/support/tempDir.ts';
import { runMeridian } from '../test/support/runMeridian.ts';

const INDEX = { product: 'Kuma', version: '2.14.5', meridian: '0.1.0' };

/** Somebody with two control planes, and a file of his own. */
async function somebody() {
  const { path, remove } = await tempDir('config');
  onTestFinished(remove);
  const file = join(path, 'inner', 'cli.yaml');
  const servers = [
    await startRecordedServer({ 'GET /': { body: INDEX } }),
    await startRecordedServer({ 'GET /': { body: INDEX } }),
  ] as const;
  onTestFinished(async () => {
    for (const server of servers) await server.close();
  });
  const run = (...words: string[]) => runMeridian(words, { env: { MERIDIAN_CLI_CONFIG: file }, now: () => 0 });
  return { run, servers, file };
}

test('verbs talk to the control plane that was added last, until another one is switched to', async () => {
  const { run, servers, file } = await somebody();
  const [a, b] = servers;
  await run('config', 'control-planes', 'add', '--name', 'a', '--address', a.address, '--token', 'secret-a');
  const added = await run('config', 'control-planes', 'add', '--name', 'b', '--address', b.address);
  expect(added).toMatchObject({ status: 0, out: 'added control plane "b" and switched to it\n' });
  expect((await run('version')).out).toContain('Server: Meridian 0.1.0, the contract of Kuma 2.14.5');
  expect(b.arrived.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  expect(a.arrived.length, 'only looked at').toBe(1);
  expect((await run('config', 'control-planes', 'switch', 'a')).status).toBe(0);
  await run('version');
  expect(a.arrived.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer secret-a']);
  expect((await run('config', 'control-planes', 'list')).out).toMatch(/^CURRENT .*\n\* +a +http.*\n +b +http.*\n$/);
  expect((await stat(file)).mode & 0o077, 'nobody else reads the tokens').toBe(0);
});

test('a token goes to the control plane that it was added with only', async () => {
  const { run, servers } = await somebody();
  const [a, b] = servers;
  await run('config', 'control-planes', 'add', '--name', 'a', '--address', a.address, '--token', 'secret-a');
  await run('version', '--address', b.address);
  expect(b.arrived.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test("takes over what kumactl's file has", async () => {
  const { run, servers, file } = await somebody();
  const [a, b] = servers;
  const kumactl = `${file}.kumactl`;
  await mkdir(dirname(file), { recursive: true });
  const config = (authType: string) => `
contexts:
  - { controlPlane: a, name: a }
  - { controlPlane: b, name: the-other }
controlPlanes:
  - coordinates: { apiServer: { url: "${a.address}" } }
    name: a
  - coordinates:
      apiServer:
        authConf: { token: secret-b }
        authType: ${authType}
        caCertFile: /etc/ca.pem
        headers: [{ key: x-team, value: b }]
        url: ${b.address}
    name: b
currentContext: the-other
`;
  await writeFile(kumactl, config('tokens'));
  await run('config', 'control-planes', 'add', '--name', 'mine', '--address', a.address);
  const imported = await run('config', 'control-planes', 'import', kumactl);
  expect(imported).toMatchObject({ status: 0, out: 'imported a, b; talking to "b"\n' });
  expect(parse(await readFile(file, 'utf8'))).toEqual({
    current: 'b',
    controlPlanes: [
      { name: 'mine', address: a.address },
      { name: 'a', address: a.address },
      { name: 'b', address: b.address, token: 'secret-b', headers: { 'x-team': 'b' }, caCertFile: '/etc/ca.pem' },
    ],
  });
  expect((await run('config', 'control-planes', 'import', kumactl)).err).toContain('--overwrite');
  expect((await run('config', 'control-planes', 'import', kumactl, '--overwrite')).status).toBe(0);
  await writeFile(kumactl, config('oidc'));
  expect((await run('config', 'control-planes', 'import', kumactl)).err).toContain('"b": authType oidc is not known');
  expect((await run('config', 'control-planes', 'import', '/nowhere')).err).toContain(
    '/nowhere: there is no such file',
  );
  await writeFile(kumactl, 'controlPlanes: [{ name: c }]');
  expect((await run('config', 'control-planes', 'import', kumactl)).err).toContain('controlPlanes[0].coordinates');
});

test('--context talks to another control plane once, with all that it was added with', async () => {
  const { run, servers } = await somebody();
  const [a, b] = servers;
  const add = (name: string, ...more: string[]) => run('config', 'control-planes', 'add', '--name', name, ...more);
  await add('a', '--address', a.address, '--token', 'secret-a', '--headers', 'x-team=a');
  await add('b', '--address', b.address);
  expect((await run('version', '--context', 'a')).out).toContain('Server: Meridian 0.1.0');
  expect(a.arrived.at(-1)?.headers).toMatchObject({ authorization: 'Bearer secret-a', 'x-team': 'a' });
  expect((await run('config', 'view')).out, 'it is not switched').toContain('current: b');
  expect((await run('version', '--context', 'aa')).err).toContain('Did you mean a?');
  const both = await run('version', '--context', 'a', '--address', b.address);
  expect(both).toMatchObject({ status: 1, err: expect.stringContaining('cannot be used with option') });
  expect((await run('__complete', '--', 'version', '--context', '')).out).toBe('a\nb\n');
});

test('headers and the token of --auth-conf go to the control plane that they were added with, and are not shown', async () => {
  const { run, servers, file } = await somebody();
  const [a, b] = servers;
  const headers = ['--headers', 'x-team=a,x-why=b=c', '--headers', 'x-more=d'];
  const auth = ['--auth-type', 'tokens', '--auth-conf', 'token=secret-a'];
  const added = await run(
    'config',
    'control-planes',
    'add',
    '--name',
    'a',
    '--address',
    a.address,
    ...headers,
    ...auth,
  );
  expect(added.status).toBe(0);
  await run('version');
  await run('version', '--address', b.address);
  const sent = { 'x-team': 'a', 'x-why': 'b=c', 'x-more': 'd' };
  expect(a.arrived.map((one) => one.headers)).toMatchObject([sent, { ...sent, authorization: 'Bearer secret-a' }]);
  expect(b.arrived[0]?.headers['x-team']).toBeUndefined();
  const { out } = await run('config', 'view');
  expect(out).not.toMatch(/secret-a|b=c/);
  expect(out).toContain('x-team: "***"');
  expect(await readFile(file, 'utf8')).toContain('x-why: b=c');
});

test('says which flags go together, and which file is not there', async () => {
  const { run, servers } = await somebody();
  const { address } = servers[0];
  const refused = async (...more: string[]) =>
    (await run('config', 'control-planes', 'add', '--name', 'a', '--address', address, ...more)).err;
  expect(await refused('--client-cert-file', 'c.pem')).toContain(
    '--client-cert-file and --client-key-file go together',
  );
  expect(await refused('--ca-cert-file', '/nowhere/ca.pem')).toContain('/nowhere/ca.pem: there is no such file');
  expect(await refused('--ca-cert-file', 'c.pem', '--skip-verify')).toContain('leave --ca-cert-file out');
  expect(await refused('--auth-type', 'tokens')).toContain('--auth-conf token=JWT');
  expect(await refused('--auth-conf', 'token=t')).toContain('give --auth-type tokens');
  expect(await refused('--auth-type', 'tokens', '--auth-conf', 'token=t', '--token', 'u')).toContain('give one');
  expect(await refused('--headers', 'x-team')).toContain('has to be key=value');
});

test('says what is wrong with a name, an address, a file', async () => {
  const { run, servers, file } = await somebody();
  const { address } = servers[0];
  const add = (...more: string[]) => run('config', 'control-planes', 'add', '--name', 'production', ...more);
  expect((await add('--address', 'nowhere')).err).toContain('"nowhere" is no URL');
  expect((await add('--address', 'http://127.0.0.1:1')).err).toContain('cannot reach http://127.0.0.1:1');
  expect((await add('--address', `${address}/none`)).status).toBe(1);
  expect((await add('--address', address, '--token', 't')).status).toBe(0);
  expect((await add('--address', address)).err).toContain('--overwrite');
  expect((await run('config', 'control-planes', 'switch', 'prodution')).err).toContain('Did you mean production?');
  const { out } = await run('config', 'view');
  expect(out).toContain('token: "***"');
  expect(await readFile(file, 'utf8')).toContain('token: t');
  expect((await run('config', 'control-planes', 'remove', 'production')).status).toBe(0);
  expect((await run('config', 'view')).out).toBe('controlPlanes: []\n');
});
