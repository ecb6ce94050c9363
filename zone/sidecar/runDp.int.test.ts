import { createServer, request } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { toolPath } from '../../deploy/setup/tools.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { adminSocketPath } from '../dataplane/bootstrap.ts';
import type { DpOptions } from './dpOptions.ts';
import { runDp } from './runDp.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A control plane whose Envoys need nothing of it: the bootstrap has the admin API and nothing else. */
async function setting(options: Partial<DpOptions> = {}, answer?: { readonly status: number; readonly body: string }) {
  const temp = await tempDir('dp');
  cleanups.push(() => temp.remove());
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      if (answer) return response.writeHead(answer.status).end(answer.body);
      const { workdir, mesh, name } = JSON.parse(body);
      const bootstrap = {
        node: { id: `${mesh}.${name}`, cluster: 'x' },
        admin: { address: { pipe: { path: adminSocketPath(workdir) } } },
      };
      return response.end(JSON.stringify({ bootstrap: Buffer.from(JSON.stringify(bootstrap)).toString('base64') }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const readinessPort = await freePort();
  const stop = new AbortController();
  const hurry = new AbortController();
  const ready = Promise.withResolvers<void>();
  const logged: string[] = [];
  const running = runDp(
    {
      cpAddress: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      skipVerify: false,
      name: 'a',
      mesh: 'demo',
      proxyType: 'dataplane',
      dataplaneVars: [],
      binaryPath: toolPath('envoy'),
      workDir: temp.path,
      concurrency: 1,
      drainTimeMs: 60_000,
      dnsPort: 0,
      readinessPort,
      readinessHost: '127.0.0.1',
      adminPort: 0,
      logLevel: 'off',
      version: 'test',
      ...options,
    },
    {
      signal: stop.signal,
      hurry: hurry.signal,
      log: (message) => {
        logged.push(message);
        if (message === 'ready') ready.resolve();
      },
    },
  );
  running.catch(() => {});
  const readiness = async () => {
    const response = await fetch(`http://127.0.0.1:${readinessPort}/ready`);
    return `${response.status} ${await response.text()}`;
  };
  return { folder: temp.path, running, ready: ready.promise, stop, hurry, logged, readiness };
}

describe('a sidecar', () => {
  it('is ready, drains at the first signal and stops at the second', async () => {
    const { folder, running, ready, stop, hurry, logged, readiness } = await setting();
    await ready;
    expect(await readiness()).toBe('200 LIVE');
    expect(JSON.parse(readFileSync(join(folder, 'bootstrap.yaml'), 'utf8')).node.id).toBe('demo.a');
    stop.abort();
    while (!logged.includes('draining')) await sleep(5);
    expect(await readiness()).toBe('503 TERMINATING');
    hurry.abort();
    await expect(running).resolves.toBeUndefined();
    await expect(readiness()).rejects.toThrow();
  });

  it('works in a folder whose name is too long for a socket', async () => {
    const temp = await tempDir('x'.repeat(100));
    cleanups.push(() => temp.remove());
    const { running, ready, stop } = await setting({ workDir: temp.path, drainTimeMs: 0 });
    await ready;
    stop.abort();
    await running;
    expect(existsSync(join(temp.path, 'bootstrap.yaml'))).toBe(true);
  });

  it('ends with an error when Envoy ends', async () => {
    const { folder, running, ready } = await setting();
    await ready;
    request({ socketPath: adminSocketPath(folder), path: '/quitquitquit', method: 'POST' })
      .on('error', () => {})
      .end();
    await expect(running).rejects.toThrow('Envoy ended by itself (status 0)');
  });

  it('says that there is no Envoy', async () => {
    const { running } = await setting({ binaryPath: '/nowhere/envoy' });
    await expect(running).rejects.toThrow(
      /cannot run Envoy \(\/nowhere\/envoy\): .*ENOENT; name it with --binary-path/,
    );
  });

  it('leaves no folder behind where its readiness port is taken', async () => {
    const temp = await tempDir('taken');
    cleanups.push(() => temp.remove());
    vi.stubEnv('TMPDIR', temp.path);
    cleanups.push(async () => vi.unstubAllEnvs());
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    const { folder, running } = await setting({ workDir: '', readinessPort: port });
    await expect(running).rejects.toThrow(`cannot listen on 127.0.0.1:${port} (--readiness-port)`);
    expect(readdirSync(temp.path)).toEqual([basename(folder)]);
  });

  it('says why the control plane refuses it', async () => {
    const { running } = await setting({}, { status: 422, body: 'a token is required: dataplaneToken is empty\n' });
    await expect(running).rejects.toThrow('refused this proxy (422): a token is required: dataplaneToken is empty');
  });

  it('can be stopped while it asks', async () => {
    const { running, stop, logged } = await setting({}, { status: 503, body: 'not yet' });
    while (logged.length === 0) await sleep(5);
    stop.abort();
    await expect(running).resolves.toBeUndefined();
  });

  it.each([
    [{ name: undefined as never }, 'say which proxy this is'],
    [{ dataplane: 'type: Dataplane\nname: a' }, '--name and --mesh are in the dataplane file'],
    [
      { name: undefined as never, mesh: undefined as never, dataplaneFile: '/nowhere.yaml' },
      '--dataplane-file: ENOENT',
    ],
    [
      { name: undefined as never, mesh: undefined as never, dataplane: 'type: ZoneIngress\nname: a' },
      '--proxy-type is dataplane, which needs a Dataplane; the file holds a ZoneIngress',
    ],
  ])('says what is wrong with how it was called: %#', async (options, message) => {
    const { running } = await setting(options);
    await expect(running).rejects.toThrow(message);
  });

  it('keeps the token to itself', async () => {
    const temp = await tempDir('token');
    cleanups.push(() => temp.remove());
    const tokenFile = join(temp.path, 'token');
    writeFileSync(tokenFile, 'a.b.c\n');
    const { folder, running, ready, stop, hurry } = await setting({ tokenFile });
    await ready;
    expect(statSync(join(folder, 'bootstrap.yaml')).mode & 0o777).toBe(0o600);
    stop.abort();
    hurry.abort();
    await running;
  });
});
