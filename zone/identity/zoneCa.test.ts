import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { certificatesIn } from '../../runtime/certificate/readCertificate.ts';
import { EC_P256, makeRoot, YEAR_MS } from '../../runtime/certificate/root.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { caCertificates } from './caCertificates.ts';
import { caFile, caId, dropFormerCas, makeNextCa, zoneCa } from './zoneCa.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const after = (years: number) => new Date(NOW.getTime() + years * YEAR_MS);

async function folderForTest(): Promise<string> {
  const { path, remove } = await tempDir('zone-ca');
  onTestFinished(remove);
  return path;
}

const keyFiles = (folder: string) => readdirSync(folder).filter((file) => file.endsWith('.key'));
const isOf = (pem: string, ca: string) => new X509Certificate(pem).checkIssued(new X509Certificate(ca));

it('is made once and kept, its key for its owner only', async () => {
  const folder = await folderForTest();
  const made = await zoneCa(folder, 'dp-server', NOW);
  expect(made.trusted).toBe(made.signing.certificatePem);
  expect(made.vouchers).toBe('');
  expect(await zoneCa(folder, 'dp-server', after(7.9))).toEqual(made);
  expect(readFileSync(caFile(folder, 'dp-server'), 'utf8')).toBe(made.trusted);
  expect(keyFiles(folder)).toEqual(['dp-server-ca-1.key']);
  expect(statSync(join(folder, 'dp-server-ca-1.key')).mode & 0o777).toBe(0o600);
  expect((await zoneCa(folder, 'leaf', NOW)).trusted).not.toBe(made.trusted);
});

it('is followed by the next two years before it ends, which it vouches for until then', async () => {
  const folder = await folderForTest();
  const first = await zoneCa(folder, 'leaf', NOW);
  const next = await zoneCa(folder, 'leaf', after(8.1));
  expect(next.trusted).toBe(first.trusted + next.signing.certificatePem);
  expect(isOf(next.vouchers, first.trusted)).toBe(true);
  const [voucher, root] = [new X509Certificate(next.vouchers), new X509Certificate(next.signing.certificatePem)];
  expect(voucher.publicKey.equals(root.publicKey)).toBe(true);
  expect(voucher.validToDate).toEqual(new X509Certificate(first.trusted).validToDate);
  expect(readFileSync(caFile(folder, 'leaf'), 'utf8')).toBe(next.trusted);
  // The key of the former one is needed no more.
  expect(keyFiles(folder)).toEqual(['leaf-ca-2.key']);
  const [{ privateKeyPem }] = [first.signing];
  expect(readFileSync(join(folder, 'leaf-ca-2.key'), 'utf8')).not.toContain(privateKeyPem.split('\n')[1]);
  expect(await zoneCa(folder, 'leaf', after(9.9))).toEqual(next);
  const alone = await zoneCa(folder, 'leaf', after(10.1));
  expect(alone).toEqual({ ...next, trusted: next.signing.certificatePem, vouchers: '' });
  expect(readFileSync(caFile(folder, 'leaf'), 'utf8')).toBe(alone.trusted);
});

it('is the same for control planes that make the next at once', async () => {
  const folder = await folderForTest();
  await zoneCa(folder, 'dp-server', NOW);
  const made = await Promise.all(Array.from({ length: 5 }, () => zoneCa(folder, 'dp-server', after(9))));
  expect(new Set(made.map(({ trusted }) => caId(trusted))).size).toBe(1);
  expect(keyFiles(folder)).toEqual(['dp-server-ca-2.key']);
});

it('leads to every former one that stands, until those are dropped', async () => {
  const folder = await folderForTest();
  const first = await zoneCa(folder, 'dp-server', NOW);
  await makeNextCa(folder, 'dp-server', NOW);
  const third = await makeNextCa(folder, 'dp-server', NOW);
  expect(certificatesIn(third.trusted)).toHaveLength(3);
  const [byFirst, bySecond] = certificatesIn(third.vouchers).toReversed();
  expect(isOf(byFirst ?? '', first.trusted)).toBe(true);
  expect(isOf(bySecond ?? '', byFirst ?? '')).toBe(true);
  const alone = dropFormerCas(folder, 'dp-server', NOW);
  expect(alone).toEqual({ ...third, trusted: third.signing.certificatePem, vouchers: '' });
  expect(await zoneCa(folder, 'dp-server', NOW)).toEqual(alone);
});

it('of an older version, in two files, becomes the first', async () => {
  const folder = await folderForTest();
  const old = await makeRoot({ name: 'CN=Meridian zone', algorithm: EC_P256, lifetimeMs: 10 * YEAR_MS, now: NOW });
  writeFileSync(join(folder, 'dp-server.key'), old.privateKeyPem);
  writeFileSync(join(folder, 'dp-server.crt'), old.certificatePem);
  const { signing, trusted } = await zoneCa(folder, 'dp-server', NOW);
  expect(trusted).toBe(old.certificatePem);
  expect(signing.privateKeyPem.trim()).toBe(old.privateKeyPem.trim());
  expect(existsSync(join(folder, 'dp-server.key'))).toBe(false);
  const next = await makeNextCa(folder, 'dp-server', NOW);
  expect(isOf(next.vouchers, old.certificatePem)).toBe(true);
});

it('tells metrics when it ends, and when the former one does', async () => {
  const folder = await folderForTest();
  await zoneCa(folder, 'leaf', NOW);
  const [ca, former] = caCertificates(folder, 'leaf');
  const years = async (one = ca) =>
    Math.round((((await one?.renew())?.expiresAt.getTime() ?? 0) - NOW.getTime()) / YEAR_MS);
  expect([ca?.name, former?.name]).toEqual(['leaf-ca', 'leaf-former-ca']);
  expect([await years(), await years(former)]).toEqual([10, Number.NaN]);
  await zoneCa(folder, 'leaf', after(9));
  expect([await years(), await years(former)]).toEqual([19, 10]);
});
