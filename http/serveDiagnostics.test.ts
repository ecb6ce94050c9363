import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serveDiagnostics } from './serveDiagnostics.ts';

it.each(['//', 'http://[/', '*', '/ready?//'])('answers a request for %s, and goes on', async (target) => {
  const diagnosis = { unhealthy: () => '', notReady: () => '', metrics: async () => '' };
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
