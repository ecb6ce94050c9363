import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { YEAR_MS } from '../../runtime/certificate/root.ts';
import { tempDir } from '../../test/support/tempDir.ts';
import { dpServerCertificate } from '../identity/dpServerCertificate.ts';
import { servedCertificate } from '../identity/servedCertificate.ts';
import { type DpServer, startDpServer } from './dpServer.ts';

it('the dp-server shows its next certificate while it runs: connections stay, and who knows the CA trusts both', async () => {
  const { path, remove } = await tempDir('renewed');
  onTestFinished(remove);
  const ca = await dpServerCertificate(path, ['localhost'], new Date());
  // Two thirds of its year are over.
  let now = new Date(Date.now() - 0.7 * YEAR_MS);
  const certificate = await servedCertificate({
    name: 'dp-server',
    ca,
    hosts: ['localhost', '127.0.0.1'],
    now: () => now,
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
  const dial = async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', ca: ca.certificatePem, servername: 'localhost' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return { socket, serial: socket.getPeerX509Certificate()?.serialNumber };
  };
  const first = await dial();
  expect(await certificate.renew()).toMatchObject({ renewed: false });
  now = new Date();
  const { renewed, expiresAt } = await certificate.renew();
  expect(renewed).toBe(true);
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 0.9 * YEAR_MS);
  const second = await dial();
  expect(second.serial).not.toBe(first.serial);
  for (const { socket } of [first, second]) {
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    const [said] = await once(socket, 'data');
    expect(String(said)).toContain('still here');
  }
});
