import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { serveDiagnostics } from './serveDiagnostics.ts';

it.each(['//', 'http://[/', '*', '/ready?//'])('answers a request for %s, and goes on', async (target) => {
  const diagnosis = { unhealthy: () => '', notReady: () => '', trouble: () => '', metrics: async () => '' };
  const { url, close } = await serveDiagnostics(
    diagnosis,
    { 'diagnostics.host': '127.0.0.1', 'diagnostics.port': 0 },
    'MERIDIAN_ZONE',
  );
  onTestFinished(close);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  const [said] = await once(socket, 'data');
  expect(String(said)).toMatch(target.startsWith('/ready') ? /^HTTP\/1.1 200/ : /^HTTP\/1.1 404/);
  expect((await fetch(`${url}/healthy`)).status).toBe(200);
});

it('makes its metrics once for all who ask at the same time', async () => {
  let made = 0;
  const all = Promise.withResolvers<void>();
  const metrics = async () => {
    made++;
    await all.promise;
    return `made ${made}`;
  };
  const { url, close } = await serveDiagnostics(
    { unhealthy: () => '', notReady: () => '', trouble: () => '', metrics },
    { 'diagnostics.host': '127.0.0.1', 'diagnostics.port': 0 },
    'MERIDIAN_ZONE',
  );
  onTestFinished(close);
  const asked = Array.from({ length: 20 }, () => fetch(`${url}/metrics`));
  await vi.waitFor(() => expect(made).toBe(1), { timeout: 20_000 });
  expect((await fetch(`${url}/healthy`)).status).toBe(200);
  all.resolve();
  const said = await Promise.all(asked.map(async (one) => (await one).text()));
  expect(new Set(said).size).toBeLessThan(said.length);
  expect(said[0]).toBe('made 1');
  expect(await (await fetch(`${url}/metrics`)).text()).toBe(`made ${made}`);
});
