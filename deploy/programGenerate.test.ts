import { createPublicKey, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import { verifyUserToken } from '../http/token/verifyUserToken.ts';
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

it('signs tokens here with a key that is given, which the control plane accepts', async () => {
  const file = join(await folder(), 'key');
  const { out: key } = await runCli(['generate', 'signing-key']);
  await writeFile(file, key);
  const here = ['--valid-for', '1h', '--signing-key-path', file, '--kid', '7'];
  const user = await runCli(['generate', 'user-token', '--name', 'john', '--group', 'a', ...here]);
  expect({ status: user.status, arrived: user.arrived }).toEqual({ status: 0, arrived: [] });
  const secrets: Record<string, string> = { 'user-token-signing-key-7': Buffer.from(key, 'base64').toString() };
  const at = (now: string) => ({ globalSecret: async (name: string) => secrets[name], now: () => new Date(now) });
  expect(await verifyUserToken(user.out.trim(), at('2026-11-22T10:59:00Z'))).toEqual({ name: 'john', groups: ['a'] });
  await expect(verifyUserToken(user.out.trim(), at('2026-11-22T11:01:00Z'))).rejects.toThrow(/exp/);

  const dataplane = await runCli([
    'generate',
    'dataplane-token',
    '-m',
    'shop',
    '--tag',
    'a=b,c',
    '--workload',
    'w',
    ...here,
  ]);
  expect(decodeProtectedHeader(dataplane.out.trim()).kid).toBe('7');
  expect(decodeJwt(dataplane.out.trim())).toMatchObject({ Mesh: 'shop', Tags: { a: ['b', 'c'] }, Workload: 'w' });
  const zone = await runCli(['generate', 'zone-token', '--zone', 'east', '--scope', 'cp', ...here]);
  expect(decodeJwt(zone.out.trim())).toMatchObject({ Zone: 'east', Scope: ['cp'] });
  const listed = await runCli(['generate', 'user-token', '--name', 'j', '--group', 'a,b', '--group', 'c', ...here]);
  expect(decodeJwt(listed.out.trim()).Groups, 'by commas, as kumactl takes them').toEqual(['a', 'b', 'c']);
});

it('asks the control plane for tokens, and says what signing them here takes', async () => {
  const wanted = ['generate', 'zone-token', '--zone', 'east', '--valid-for'];
  const { out, arrived } = await runCli([...wanted, '24h'], { 'POST /tokens/zone': { body: 'a.b.c' } });
  expect(out).toBe('a.b.c\n');
  expect(arrived).toMatchObject([{ body: { zone: 'east', scope: ['ingress', 'egress'], validFor: '24h' } }]);
  const json = await runCli([...wanted, '24h', '--scope', 'cp,egress', '-o', 'json'], {
    'POST /tokens/zone': { body: 'a.b.c' },
  });
  expect(JSON.parse(json.out)).toEqual({ token: 'a.b.c' });
  expect(json.arrived).toMatchObject([{ body: { scope: ['cp', 'egress'] } }]);
  const refused = async (...more: string[]) => (await runCli([...wanted, ...more])).err;
  expect(await refused('1h', '--scope', 'cp,world')).toContain('Allowed choices are cp, ingress, egress.');
  expect(await refused('1h', '--signing-key-path', 'k')).toContain('--signing-key-path and --kid go together');
  expect(await refused('1h', '--kid', '0003', '--signing-key-path', 'k')).toContain('without zeros before it');
  expect(await refused('soon', '--kid', '3', '--signing-key-path', 'k')).toContain('it has to be a duration');
  expect(await refused('1h', '--kid', '3', '--signing-key-path', 'nowhere')).toContain('there is no such file');
});
