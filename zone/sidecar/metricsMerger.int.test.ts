import { createServer, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../../test/support/tempDir.ts';
import { startMetricsMerger } from './metricsMerger.ts';

/** An HTTP server at a socket, or at a port that is free. */
async function serve(answer: RequestListener, socket?: string): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) =>
    socket ? server.listen(socket, resolve) : server.listen(0, '127.0.0.1', resolve),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return socket ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function merger() {
  const folder = await tempDir('merger');
  onTestFinished(() => folder.remove());
  const [path, adminSocket] = [join(folder.path, 'merged.sock'), join(folder.path, 'admin.sock')];
  const logged: string[] = [];
  const started = await startMetricsMerger({ path, adminSocket, log: (message) => logged.push(message) });
  onTestFinished(() => started.stop());
  await serve(({ url }, response) => void response.end(`envoy{asked="${url}"} 1\n`), adminSocket);
  const scrape = (url: string, applications = '') =>
    new Promise<{ status: number | undefined; type: string | undefined; body: string }>((resolve, reject) => {
      const headers = { 'x-meridian-applications': applications };
      const call = request({ socketPath: path, path: url, headers, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
        );
      });
      call.on('error', reject);
      call.end();
    });
  return { scrape, logged };
}

test('tells what Envoy tells, asked as it was asked, then what the applications tell', async () => {
  const { scrape, logged } = await merger();
  const app = await serve(
    ({ url, headers }, response) => void response.end(`app{at="${url}",as="${headers.accept}"} 2`),
  );
  expect(await scrape('/stats/prometheus?usedonly', `${app}/metrics?a=b ${app}/other`)).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: [
      'envoy{asked="/stats/prometheus?usedonly"} 1',
      'app{at="/metrics?a=b",as="text/plain;version=0.0.4"} 2',
      'app{at="/other",as="text/plain;version=0.0.4"} 2',
      '',
    ].join('\n'),
  });
  expect(logged).toEqual([]);
});

test('who does not answer is left out, and named once until it answers again', async () => {
  const { scrape, logged } = await merger();
  let status = 500;
  const app = await serve((_, response) => void response.writeHead(status).end('app 1\n'));
  const body = async () => (await scrape('/stats/prometheus', `${app}/metrics`)).body;
  const envoy = 'envoy{asked="/stats/prometheus"} 1\n';
  expect([await body(), await body()]).toEqual([envoy, envoy]);
  status = 200;
  expect(await body()).toBe(`${envoy}app 1\n`);
  status = 404;
  expect(await body()).toBe(envoy);
  expect(logged).toEqual([`no metrics from ${app}/metrics: status 500`, `no metrics from ${app}/metrics: status 404`]);
});

test('it leads to nothing else of the admin API', async () => {
  const { scrape } = await merger();
  expect(await scrape('/quitquitquit')).toMatchObject({ status: 404, body: '' });
});
