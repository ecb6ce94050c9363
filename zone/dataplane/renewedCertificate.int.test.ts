import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, it, onTestFinished, vi } from 'vitest';
import { YEAR_MS } from '../../runtime/certificate/root.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { servedCertificate } from '../identity/servedCertificate.ts';
import { dropFormerCas, makeNextCa, zoneCa } from '../identity/zoneCa.ts';
import { type DpServer, startDpServer } from './dpServer.ts';

/** A dp-server whose certificate is of the CA in that folder, by a clock that can be set. */
async function serve(folder: string, start: Date) {
  const clock = { now: start };
  const certificate = await servedCertificate({
    name: 'dp-server',
    ca: () => zoneCa(folder, 'dp-server', clock.now),
    hosts: ['localhost', '127.0.0.1'],
    now: () => clock.now,
    use: (next) => server.use(next),
  });
  const server: DpServer = await startDpServer({
    host: '127.0.0.1',
    port: 0,
    ...certificate.certificate,
    services: [],
    http: (_, response) => response.end('still here'),
  });
  onTestFinished(() => server.close());
  const dial = async (ca: string) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', ca, servername: 'localhost' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return { socket, serial: socket.getPeerX509Certificate()?.serialNumber };
  };
  return { clock, certificate, dial };
}

async function folderForTest(): Promise<string> {
  const { path, remove } = await tempDir('renewed');
  onTestFinished(remove);
  return path;
}

it('the dp-server shows its next certificate while it runs: connections stay, and who knows the CA trusts both', async () => {
  const folder = await folderForTest();
  // Two thirds of its year are over.
  const { clock, certificate, dial } = await serve(folder, new Date(Date.now() - 0.7 * YEAR_MS));
  const trusted = certificate.trusted();
  const first = await dial(trusted);
  expect(await certificate.renew()).toMatchObject({ renewed: false });
  clock.now = new Date();
  const { renewed, expiresAt } = await certificate.renew();
  expect(renewed).toBe(true);
  expect(certificate.trusted()).toBe(trusted);
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 0.9 * YEAR_MS);
  const second = await dial(trusted);
  expect(second.serial).not.toBe(first.serial);
  for (const { socket } of [first, second]) {
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    const [said] = await once(socket, 'data');
    expect(String(said)).toContain('still here');
  }
});

it('its next CA signs while it runs: who knows only the former one trusts it as well, until that is dropped', async () => {
  const folder = await folderForTest();
  const { clock, certificate, dial } = await serve(folder, new Date());
  const first = certificate.trusted();
  const { trusted: both, signing } = await makeNextCa(folder, 'dp-server', clock.now);
  expect(await certificate.renew()).toMatchObject({ renewed: true });
  expect(certificate.trusted()).toBe(both);
  await dial(first);
  await dial(both);
  await dial(signing.certificatePem);

  dropFormerCas(folder, 'dp-server', clock.now);
  expect(await certificate.renew()).toMatchObject({ renewed: true });
  expect(certificate.trusted()).toBe(signing.certificatePem);
  await dial(signing.certificatePem);
  await expect(dial(first)).rejects.toThrow(/unable to (get|verify)|self.signed/);
});

it('its next CA is made long before the end of the former one, and outlives it', async () => {
  const folder = await folderForTest();
  // Ten years but for some seconds ago.
  const { clock, certificate, dial } = await serve(folder, new Date(Date.now() - 10 * YEAR_MS + 8_000));
  const former = certificate.trusted();
  clock.now = new Date();
  expect(await certificate.renew()).toMatchObject({ renewed: true });
  const both = certificate.trusted();
  expect(both.startsWith(former)).toBe(true);
  const next = both.slice(former.length);
  for (const ca of [former, both, next]) await dial(ca);
  await vi.waitFor(() => expect(dial(former)).rejects.toThrow('certificate has expired'), { timeout: 30_000 });
  // What still vouches for it has ended too, and harms nobody who knows the next one.
  for (const ca of [both, next]) await dial(ca);
  clock.now = new Date();
  expect(await certificate.renew()).toMatchObject({ renewed: true });
  expect(certificate.trusted()).toBe(next);
  for (const ca of [both, next]) await dial(ca);
}, 60_000);
