import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { endOfCa, endOfServer, givenCertificate } from './readCertificate.ts';
import { YEAR_MS } from './root.ts';
import { issueServerCertificate, makeServerCa } from './serverCertificate.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const years = (end: Date) => (end.getTime() - NOW.getTime()) / YEAR_MS;

it('a server’s certificate ends when the first of its chain does, a bundle of CAs when its newest does', async () => {
  const ca = await makeServerCa(NOW);
  const { certificatePem } = await issueServerCertificate(ca, ['localhost'], NOW);
  const chain = certificatePem + ca.certificatePem;
  expect([years(endOfServer(chain)), years(endOfCa(chain))]).toEqual([1, 10]);
  expect(() => endOfCa('no PEM')).toThrow('it holds no certificate');

  const { path, remove } = await tempDir('chain');
  onTestFinished(remove);
  const file = join(path, 'api.crt');
  writeFileSync(file, chain);
  const [given] = givenCertificate({ 'api.https.certFile': file });
  expect(years((await given?.renew())?.expiresAt ?? NOW)).toBe(1);
});
