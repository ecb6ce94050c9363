import { createPublicKey, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../test/support/runCli.ts';
import { tempDir } from '../test/support/tempDir.ts';

async function folder(): Promise<string> {
  const { path, remove } = await tempDir('generate');
  onTestFinished(remove);
  return path;
}

it('makes a signing key, and its public half, without a control plane', async () => {
  const { out, arrived } = await runCli(['generate', 'signing-key']);
  expect(arrived).toEqual([]);
  const pem = Buffer.from(out, 'base64').toString('utf8');
  const half = createPublicKey(pem).export({ type: 'pkcs1', format: 'pem' }).toString();
  const file = join(await folder(), 'key');
  for (const written of [out, pem]) {
    await writeFile(file, written);
    expect((await runCli(['generate', 'public-key', '--signing-key-path', file])).out).toBe(half);
  }
  expect((await runCli(['generate', 'signing-key', '--format', 'pem'])).out).toMatch(
    /^-----BEGIN RSA PRIVATE KEY-----/,
  );
});

it('says what a signing key has to be', async () => {
  const file = join(await folder(), 'key');
  const missing = await runCli(['generate', 'public-key', '--signing-key-path', file]);
  expect(missing).toMatchObject({ status: 1, err: `error: --signing-key-path ${file}: there is no such file\n` });
  await writeFile(file, 'no key');
  const wrong = await runCli(['generate', 'public-key', '--signing-key-path', file]);
  expect(wrong.err).toContain('it holds no private key; `meridian generate signing-key` makes one');
});

it.each(['rsa', 'ecdsa'])('makes a certificate for servers with a key of type %s, once', async (keyType) => {
  const path = await folder();
  const [keyFile, certFile] = [join(path, 'key.pem'), join(path, 'cert.pem')];
  const files = ['--key-file', keyFile, '--cert-file', certFile];
  const wanted = [
    'generate',
    'tls-certificate',
    '--type',
    'server',
    '--hostname',
    'cp.example,127.0.0.1',
    '--key-type',
  ];
  expect((await runCli([...wanted, keyType, ...files])).status).toBe(0);
  const certificate = new X509Certificate(await readFile(certFile));
  expect(certificate.checkHost('cp.example')).toBe('cp.example');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkPrivateKey(createPrivateKey(await readFile(keyFile)))).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o400);
  const again = await runCli([...wanted, keyType, ...files]);
  expect(again).toMatchObject({
    status: 1,
    err: `error: ${keyFile}: it is there already; remove it, or name another\n`,
  });
});

it('prints a certificate of a client, and asks for the hosts of a server', async () => {
  const { out } = await runCli([
    'generate',
    'tls-certificate',
    '--type',
    'client',
    '--key-file',
    '-',
    '--cert-file',
    '-',
  ]);
  expect(out).toMatch(/^-----BEGIN PRIVATE KEY-----[\s\S]*-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----/);
  const server = await runCli(['generate', 'tls-certificate', '--type', 'server']);
  expect(server.err).toContain('--hostname has to name what clients of the server dial');
});
