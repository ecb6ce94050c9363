import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { certificateAuthority } from '../test/support/certificates.ts';
import { standaloneForTests } from '../test/support/standaloneForTests.ts';
import { tempDir } from '../test/support/tempDir.ts';
import { freePort } from './process/ports.ts';
import { runMeridian } from '../test/support/runMeridian.ts';

let address: string;
/** Path of a file with certificates or keys. */
let file: (name: string) => string;

beforeAll(async () => {
  const [own, stranger, { path, remove }] = await Promise.all([
    certificateAuthority('ours'),
    certificateAuthority('strangers'),
    tempDir('https'),
  ]);
  file = (name) => join(path, name);
  const certified = {
    cp: await own.issue('control plane'),
    ann: await own.issue('ann'),
    mallory: await stranger.issue('m'),
  };
  for (const [name, { cert, key }] of Object.entries({ ...certified, own, stranger })) {
    await writeFile(file(`${name}.pem`), cert);
    await writeFile(file(`${name}.key`), key);
  }
  const port = await freePort();
  await standaloneForTests('https', {
    MERIDIAN_STANDALONE_API_LOCALHOST_IS_ADMIN: 'false',
    MERIDIAN_STANDALONE_API_HTTPS_PORT: String(port),
    MERIDIAN_STANDALONE_API_HTTPS_CERT_FILE: file('cp.pem'),
    MERIDIAN_STANDALONE_API_HTTPS_KEY_FILE: file('cp.key'),
    MERIDIAN_STANDALONE_API_HTTPS_CLIENT_CA_FILE: file('own.pem'),
  });
  address = `https://127.0.0.1:${port}`;
  return remove;
}, 120_000);

/** Somebody with a file of his own. */
async function somebody() {
  const { path, remove } = await tempDir('somebody');
  onTestFinished(remove);
  const env = { MERIDIAN_CLI_CONFIG: join(path, 'cli.yaml') };
  const run = (...words: string[]) => runMeridian(words, { env, stdin: 'type: Mesh\nname: secured\n' });
  return {
    run,
    add: (...flags: string[]) => run('config', 'control-planes', 'add', '--name', 'cp', '--address', address, ...flags),
  };
}

test('with the CA and a certificate of its own, a client reads what only admins may, and applies', async () => {
  const { run, add } = await somebody();
  const clientCert = (name: string) => [
    '--client-cert-file',
    file(`${name}.pem`),
    '--client-key-file',
    file(`${name}.key`),
  ];
  const ca = ['--ca-cert-file', file('own.pem')];
  expect(await add(...ca, ...clientCert('ann'))).toMatchObject({ status: 0, err: '' });
  expect((await run('get', 'global-secrets')).out).toContain('user-token-signing-key-1');
  expect((await run('apply', '-f', '-')).out).toBe('Mesh "secured" created\n');
  expect((await run('generate', 'user-token', '--name', 'a', '--valid-for', '1h')).out).toMatch(/^ey.*\..*\..*\n$/);

  await add(...ca, '--overwrite');
  expect((await run('get', 'global-secrets')).err).toContain('Access Denied');
  expect((await run('get', 'mesh', 'secured')).out, 'what anybody may').toContain('secured');
  await add(...ca, '--overwrite', ...clientCert('mallory'));
  expect((await run('get', 'global-secrets')).err).toContain('Access Denied');
});

test('a certificate of another CA is not believed, unless somebody asks for that', async () => {
  const { run, add } = await somebody();
  const told = /^error: https:.* shows a certificate that is not trusted here: .*--ca-cert-file/;
  expect((await add()).err).toMatch(told);
  expect((await add('--ca-cert-file', file('stranger.pem'))).err).toMatch(told);
  expect((await run('config', 'view')).out, 'nothing is remembered').toBe('controlPlanes: []\n');
  expect((await add('--skip-verify')).status).toBe(0);
  expect((await run('version')).out).toContain('Server: Meridian');
});
