import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { freePorts } from '../../process/ports.ts';
import { Process } from '../../process/process.ts';
import type { CallResult } from './callByName.ts';

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function startApp(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const app = new Process({
    name: script,
    file: process.execPath,
    args: [fileURLToPath(new URL(`${script}.ts`, import.meta.url))],
    env,
  });
  stops.push(() => app.stop());
  return (JSON.parse(await app.line(/"msg":"ready"/)) as { url: string }).url;
}

/** A name server that answers every A question with one address, as a sidecar's does for `.mesh`. */
async function startDns(port: number, address: string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port: from }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 6);
    header.writeUInt16BE(0, 10);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, ...address.split('.').map(Number)]);
    socket.send(Buffer.concat([header, question, answer]), from, '127.0.0.1');
  });
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
}

test('frontend calls a service by a name that only its resolver knows', async () => {
  const [port = 0, dnsPort = 0] = await freePorts(2);
  await startDns(dnsPort, '127.0.0.1');
  await startApp('service', {
    APP_SERVICE: 'backend',
    APP_ZONE: 'zone-2',
    APP_INSTANCE: 'backend-1',
    APP_PORT: String(port),
  });
  const frontend = await startApp('frontend', { APP_SERVICE: 'frontend', APP_DNS_PORT: String(dnsPort) });
  const response = await fetch(`${frontend}/call?url=${encodeURIComponent(`http://backend.mesh:${port}/slow?ms=50`)}`);
  const result = (await response.json()) as CallResult;
  expect(result).toMatchObject({
    status: 200,
    address: '127.0.0.1',
    body: { service: 'backend', zone: 'zone-2', instance: 'backend-1', path: '/slow', caller: null },
  });
});

test('frontend tells why there was no answer', async () => {
  const [port = 0, dnsPort = 0] = await freePorts(2);
  await startDns(dnsPort, '127.0.0.1');
  const frontend = await startApp('frontend', { APP_SERVICE: 'frontend', APP_DNS_PORT: String(dnsPort) });
  const response = await fetch(`${frontend}/call?url=http://backend.mesh:${port}/`);
  expect(await response.json()).toMatchObject({ status: 0, error: expect.stringContaining('ECONNREFUSED') });
});
