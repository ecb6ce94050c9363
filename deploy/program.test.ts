import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli, T } from '../test/support/runCli.ts';
import { tempDir } from '../test/support/tempDir.ts';

describe('get', () => {
  it('shows a list as a table, over all pages', async () => {
    const mesh = (name: string, rest = {}) => ({ type: 'Mesh', name, modificationTime: T, ...rest });
    const mtls = {
      mtls: { enabledBackend: 'ca-1', backends: [{ name: 'ca-1', type: 'builtin' }] },
      routing: { localityAwareLoadBalancing: true },
    };
    const { status, out } = await runCli(['get', 'meshes'], {
      'GET /meshes?size=1000': {
        body: { total: 2, items: [mesh('default', mtls)], next: 'http://x/meshes?offset=1&size=1000' },
      },
      'GET /meshes?size=1000&offset=1': { body: { total: 2, items: [mesh('demo')], next: null } },
    });
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'NAME      mTLS           LOCALITY   ZONEEGRESS   AGE',
        'default   builtin/ca-1   on         off          60s',
        'demo      off            off        off          60s',
        '',
      ].join('\n'),
    );
  });

  it('shows a page of a list, and where the next begins', async () => {
    const item = { type: 'Mesh', name: 'demo', modificationTime: T };
    const answers = {
      'GET /meshes?size=1': { body: { total: 2, items: [item], next: 'http://x/meshes?offset=1&size=1' } },
      'GET /meshes?size=1&offset=1': { body: { total: 2, items: [item], next: null } },
      'GET /meshes': { body: { total: 1, items: [item], next: null } },
    };
    const rerun = '\nRerun command with --offset=1 argument to retrieve more resources\n';
    const first = await runCli(['get', 'meshes', '--size', '1'], answers);
    expect(first.out).toMatch(/^NAME .*\ndemo .*60s\n/);
    expect(first.out.endsWith(rerun)).toBe(true);
    const last = await runCli(['get', 'meshes', '--size', '1', '--offset', '1'], answers);
    expect(last.out).not.toContain('Rerun');
    const { out } = await runCli(['get', 'meshes', '--size', '1', '-o', 'json'], answers);
    expect(JSON.parse(out)).toEqual({ total: 2, items: [item], next: '1' });
    const asked = await runCli(['get', 'meshes', '--size', '0'], answers);
    expect(asked.arrived.at(-1)?.request, 'the control plane says how many').toBe('GET /meshes');
    const one = await runCli(['get', 'mesh', 'demo', '--size', '1'], answers);
    expect(one).toMatchObject({ status: 1, err: expect.stringContaining('without a name') });
  });

  it('merges the tags of all inbounds of a Dataplane', async () => {
    const inbound = (version: string) => ({ port: 1, tags: { 'kuma.io/service': 'web', version } });
    const item = {
      type: 'Dataplane',
      mesh: 'default',
      name: 'web-1',
      networking: { address: '10.0.0.1', inbound: [inbound('v2'), inbound('v1')] },
    };
    const { out } = await runCli(['get', 'dp'], {
      'GET /meshes/default/dataplanes': { body: { items: [item], next: null } },
    });
    expect(out).toContain('default   web-1   kuma.io/service=web version=v1,v2   10.0.0.1   never');
  });

  it('prints one resource so that it can be applied again', async () => {
    const item = { type: 'MeshTimeout', mesh: 'demo', name: 't', spec: { targetRef: { kind: 'Mesh' } } };
    const { out } = await runCli(['get', 'mesh-timeout', 't', '-m', 'demo', '-o', 'yaml'], {
      'GET /meshes/demo/meshtimeouts/t': { body: item },
    });
    expect(out).toBe('type: MeshTimeout\nmesh: demo\nname: t\nspec:\n  targetRef:\n    kind: Mesh\n');
  });

  it('tells a missing resource from a missing mesh', async () => {
    const missing = await runCli(['get', 'mt', 'nope', '-m', 'demo']);
    expect(missing).toMatchObject({
      status: 1,
      err: 'error: there is no MeshTimeout "nope" in mesh "demo". `meridian get meshtimeouts -m demo` shows what there is.\n',
    });
    const noMesh = await runCli(['get', 'mt', 'nope', '-m', 'no'], {
      'GET /meshes/no/meshtimeouts/nope': {
        status: 404,
        body: { status: 404, title: 'Failed to retrieve Mesh', detail: 'Not found' },
      },
    });
    expect(noMesh.err).toBe('error: there is no mesh "no". `meridian get meshes` shows what there is.\n');
  });

  it('guesses the name that was meant', async () => {
    const { err } = await runCli(['get', 'mt', 'timout'], {
      'GET /meshes/default/meshtimeouts': { body: { items: [{ type: 'MeshTimeout', name: 'timeout' }], next: null } },
    });
    expect(err).toBe('error: there is no MeshTimeout "timout" in mesh "default". Did you mean timeout?\n');
  });

  it('names what is called alike', async () => {
    const items = [{ name: 'checkout' }, { name: 'payment' }];
    const timeouts = { 'GET /meshes/demo/meshtimeouts': { body: { items, next: null } } };
    const near = 'error: there is no MeshTimeout "chekout" in mesh "demo". Did you mean checkout?\n';
    expect((await runCli(['get', 'mt', 'chekout', '-m', 'demo'], timeouts)).err).toBe(near);
    expect((await runCli(['delete', 'mt', 'chekout', '-m', 'demo'], timeouts)).err).toBe(near);
    const body = { status: 404, title: 'Failed to retrieve Mesh', detail: 'Not found' };
    const missing = {
      'GET /meshes/dmeo/meshtimeouts/t': { status: 404, body },
      'GET /meshes/dmeo/meshtimeouts': { status: 404, body },
    };
    const meshes = { 'GET /meshes': { body: { items: [{ name: 'demo' }], next: null } } };
    const noMesh = await runCli(['get', 'mt', 't', '-m', 'dmeo'], { ...missing, ...meshes });
    expect(noMesh.err).toBe('error: there is no mesh "dmeo". Did you mean demo?\n');
    expect((await runCli(['get', 'mt', '-m', 'dmeo'], { ...missing, ...meshes })).err).toBe(noMesh.err);
    expect((await runCli(['get', 'meshes', '--wacth'])).err).toContain('Did you mean --watch?');
  });

  it('guesses what was meant', async () => {
    expect((await runCli(['get', 'meshtimout'])).err).toContain(
      'there is no resource type "meshtimout". Did you mean meshtimeouts?',
    );
    expect((await runCli(['get', 'xyzzy'])).err).toContain('Known are dataplanes, meshes, meshtimeouts, zones.');
  });

  it('lists the types in any form', async () => {
    expect((await runCli(['get', 'types'])).out).toMatch(/^TYPE .*\nDataplane +dataplanes +dp +Mesh\n/);
    const { out } = await runCli(['get', 'types', '-o', 'json']);
    expect(JSON.parse(out)).toMatchObject([
      { name: 'Dataplane' },
      { name: 'Mesh' },
      { name: 'MeshTimeout' },
      { name: 'Zone' },
    ]);
  });

  it('says where it is sent on to', async () => {
    const elsewhere = createServer((_, answer) => answer.writeHead(301, { location: 'https://cp.example/' }).end());
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void elsewhere.close());
    const address = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    const { status, err } = await runCli(['get', 'zones', '--address', address]);
    expect(status).toBe(1);
    expect(err).toBe(
      `error: ${address} sends on to https://cp.example/: give the address of the control plane itself\n`,
    );
  });

  it('says when it has waited long enough for an answer', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { status, err } = await runCli(['get', 'zones', '--address', address, '--timeout', '0.2']);
    expect({ status, err }).toEqual({
      status: 1,
      err: `error: ${address} did not answer within 0.2 s; --timeout waits longer\n`,
    });
  });

  it('says what is wrong with a number or an address, before it asks anybody', async () => {
    const told = async (...words: string[]) => (await runCli(words)).err;
    const asSeconds = 'It has to be a number of seconds, as 2 or 0.5.';
    expect(await told('get', 'zones', '--timeout', 'soon')).toContain(asSeconds);
    expect(await told('apply', '-f', '-', '--wait-timeout', '1m')).toContain(asSeconds);
    expect(await told('log', '--limit', 'all')).toContain('It has to be a whole number, 1 or more.');
    expect(await told('get', 'zones', '--size', '-1')).toContain('It has to be a whole number, 0 or more.');
    for (const address of ['global:5681', 'global', 'http://', 'ftp://global:5681', 'http://global:port'])
      expect(await told('get', 'zones', '--address', address)).toBe(
        `error: "${address}" is no address of a control plane: it has to be as http://localhost:5681\n`,
      );
  });

  it('says when something else than a control plane answers', async () => {
    const { status, err } = await runCli(['get', 'mt'], { 'GET /_resources': { body: { hello: 'world' } } });
    expect(status).toBe(1);
    expect(err).toMatch(/^error: the answer is not what a control plane answers: .*\n✖ .*\n.*at resources\n$/);
  });

  it('says when nobody listens', async () => {
    const { status, err } = await runCli(['get', 'zones', '--address', 'http://127.0.0.1:1']);
    expect(status).toBe(1);
    expect(err).toMatch(
      /^error: cannot reach http:\/\/127\.0\.0\.1:1: .*--address or MERIDIAN_ADDRESS says where it is\.\n$/,
    );
  });
});

it('delete says what is gone, in any form', async () => {
  const answers = { 'DELETE /meshes/demo/meshtimeouts/t': { body: {} } };
  const gone = ['delete', 'mt', 't', '-m', 'demo'];
  expect((await runCli(gone, answers)).out).toBe('deleted MeshTimeout "t"\n');
  expect((await runCli([...gone, '-o', 'yaml'], answers)).out).toBe(
    'type: MeshTimeout\nmesh: demo\nname: t\nstatus: deleted\n',
  );
});

it('delete --dry-run names the proxies, and deletes nothing where there are no dry runs', async () => {
  const dry = ['delete', 'mt', 't', '-m', 'demo', '--dry-run'];
  const proxies = { total: 0, items: [] };
  const answers = {
    'GET /': { body: { meridian: '0.1.0' } },
    'DELETE /meshes/demo/meshtimeouts/t?dryRun=true&size=1000': { body: { dryRun: { status: 'deleted', proxies } } },
  };
  expect((await runCli(dry, answers)).out).toBe('no proxy would get another configuration\n');
  const kuma = await runCli(dry, { 'GET /': { body: {} }, 'DELETE /meshes/demo/meshtimeouts/t': { body: {} } });
  expect(kuma).toMatchObject({ status: 1, err: expect.stringContaining('has no dry run; nothing was deleted') });
  expect(kuma.arrived.filter(({ request }) => request.startsWith('DELETE'))).toEqual([]);
});

it('says what to do about a line that it does not understand', async () => {
  const told = async (...words: string[]) => (await runCli(words)).err;
  expect(await told('get', 'mt', '--wat')).toBe(
    "error: unknown option '--wat'\n(Did you mean --at?)\n`meridian get --help` shows what it takes\n",
  );
  expect(await told('generate', 'zone-token')).toContain('`meridian generate zone-token --help` shows what it takes');
  expect(await told('help', 'gett')).toMatch(/^error: unknown command 'gett'\n\(Did you mean get\?\)/);
  const unset = await runCli(['get', 'mesh', '']);
  expect(unset).toMatchObject({ status: 1, out: '', err: expect.stringContaining('It is empty.'), arrived: [] });
  expect(await told('get', 'mesh', 'm', '--timeout', '0')).toContain('It has to be more than 0 seconds.');
});

it('tells its version, and helps with any verb', async () => {
  expect((await runCli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await runCli(['help', 'apply'])).out).toContain('--dry-run');
  expect((await runCli(['apply'])).err).toContain("required option '-f, --file <source>' not specified");
});

it('log verify names a file that cannot be read', async () => {
  const { path, remove } = await tempDir('verify');
  onTestFinished(remove);
  const file = join(path, 'log.gz');
  expect((await runCli(['log', 'verify', file])).err).toMatch(/^error: .*log\.gz cannot be read as gzip: ENOENT/);
  await writeFile(file, 'no gzip');
  expect((await runCli(['log', 'verify', file])).err).toBe(
    `error: ${file} cannot be read as gzip: incorrect header check\n`,
  );
});

it('version --detailed shows all that the control plane says of itself', async () => {
  const index = { product: 'Kuma', version: '2.14.3', hostname: 'cp' };
  const { out } = await runCli(['version', '-a'], { 'GET /': { body: index } });
  expect(JSON.parse(out.slice(out.indexOf('{')))).toEqual(index);
});

it.each([
  ['install', 'control-plane', '--zone', 'east'],
  ['install', 'crds'],
  ['install', 'demo'],
  ['install', 'gateway', 'kong'],
  ['install', 'logging'],
  ['install', 'metrics'],
  ['install', 'observability'],
  ['install', 'tracing'],
  ['install', 'transparent-proxy', '--kuma-dp-user', 'dp'],
  ['uninstall', 'transparent-proxy'],
  ['uninstall', 'ebpf'],
])('%s %s says that it does nothing, and what to do instead', async (...words) => {
  const { status, out, err, arrived } = await runCli(words);
  expect({ status, out, arrived }).toEqual({ status: 1, out: '', arrived: [] });
  expect(err).toMatch(new RegExp(`^error: meridian ${words[0]} ${words[1]}: .*\\.\n$`));
});
