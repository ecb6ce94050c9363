import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../deploy/process/ports.ts';
import { mtls, resource, sidecar, until, zoneWith } from '../../test/support/dataPlaneForTests.ts';
import { serverCertificateFor } from '../../test/support/certificates.ts';
import { scrapedDataplane } from '../../test/support/scrapedDataplane.ts';
import { tempDir } from '../../test/support/tempDir.ts';

/** Scrapes from elsewhere, with nothing but the certificate to trust. */
function scrape(port: number, ca: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/metrics', ca, servername: 'metrics.example', agent: false };
    const call = request({ ...options, localAddress: '127.0.0.2' }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    });
    call.on('error', ({ message }) => resolve(message));
    call.end();
  });
}

test('metrics with providedTLS are shown behind the certificate that the proxy was given', async () => {
  const metrics = {
    enabledBackend: 'prom',
    backends: [{ name: 'prom', type: 'prometheus', conf: { path: '/metrics', tls: { mode: 'providedTLS' } } }],
  };
  const { zone, plane } = await zoneWith(mtls);
  zone.global(resource('Mesh', '', 'default', { ...mtls, metrics }));
  const { path, remove } = await tempDir('metrics-tls');
  onTestFinished(remove);
  const { certificatePem, privateKeyPem } = await serverCertificateFor('metrics.example');
  const [metricsCertPath, metricsKeyPath] = [join(path, 'cert.pem'), join(path, 'key.pem')];
  await writeFile(metricsCertPath, certificatePem);
  await writeFile(metricsKeyPath, privateKeyPem);
  const { dataplane, metricsPort } = await scrapedDataplane();
  await sidecar(plane, dataplane, { adminPort: await freePort(), metricsCertPath, metricsKeyPath });
  const scraped = await until(
    () => scrape(metricsPort, certificatePem),
    (body) => body.includes('envoy_'),
  );
  expect(scraped).toContain('envoy_listener_manager_lds_update_success');
});
