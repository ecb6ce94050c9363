import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaMaterial } from '../../runtime/certificate/root.ts';
import { serverCertificateFor } from '../../test/support/certificates.ts';
import { byteStream } from '../ads/grpc.ts';
import { type DpServer, startDpServer } from './dpServer.ts';

const echo = { Echo: byteStream('/test/Echo') };

let server: DpServer;
let certificate: CaMaterial;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  certificate = await serverCertificateFor('localhost', '127.0.0.1');
  server = await startDpServer({
    host: '127.0.0.1',
    port: 0,
    ...certificate,
    services: [[echo, { Echo: (call: NodeJS.ReadWriteStream) => call.pipe(call) }]],
    http: (request, response) => response.end(`${request.httpVersion} ${request.url}`),
  });
  cleanups.push(() => server.close());
});
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const alpn = (protocols: string[]) =>
  new Promise<string | false | null>((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: server.port,
        ALPNProtocols: protocols,
        ca: certificate.certificatePem,
        servername: 'localhost',
      },
      () => {
        resolve(socket.alpnProtocol);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });

describe('the one port', () => {
  it('speaks gRPC with those who can only do that, HTTP with all others', async () => {
    expect(await alpn(['h2'])).toBe('h2');
    expect(await alpn(['h2', 'http/1.1'])).toBe('http/1.1');
    expect(await alpn(['http/1.1'])).toBe('http/1.1');
    expect(await alpn([])).toBe(false);
  });

  it('serves both at the same time', async () => {
    const client = new Client(
      `127.0.0.1:${server.port}`,
      credentials.createSsl(Buffer.from(certificate.certificatePem)),
    );
    const stream = client.makeBidiStreamRequest(
      '/test/Echo',
      echo.Echo.requestSerialize,
      echo.Echo.responseDeserialize,
      new Metadata(),
    );
    const echoed = new Promise<string>((resolve, reject) => {
      stream.on('data', (bytes: Buffer) => resolve(bytes.toString()));
      stream.on('error', reject);
    });
    stream.write(Buffer.from('hello'));
    const body = await new Promise<string>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path: '/bootstrap',
        method: 'POST',
        ca: certificate.certificatePem,
        agent: false,
      };
      const call = httpsRequest(options, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      call.on('error', reject);
      call.end('x');
    });
    expect(body).toBe('1.1 /bootstrap');
    expect(await echoed).toBe('hello');
    stream.end();
    client.close();
  });

  it('lets those go who connect and say nothing, before TLS and after, or send a request drop by drop', async () => {
    const impatient = await startDpServer({
      host: '127.0.0.1',
      port: 0,
      ...certificate,
      services: [],
      http: () => {},
      slowest: 200,
    });
    const { port } = impatient;
    const closed = (socket: Socket) =>
      new Promise((resolve) =>
        socket
          .on('error', () => {})
          .resume()
          .once('close', resolve),
      );
    const secure = () => connect({ host: '127.0.0.1', port, ca: certificate.certificatePem, servername: 'localhost' });
    const dripping = secure();
    const drops = setInterval(() => dripping.write('POST /boots'), 20);
    await Promise.all([closed(connectTcp(port, '127.0.0.1')), closed(secure()), closed(dripping)]);
    clearInterval(drops);
    await impatient.close();
  });

  it('says when its port is taken', async () => {
    const again = startDpServer({ host: '127.0.0.1', port: server.port, ...certificate, services: [], http: () => {} });
    await expect(again).rejects.toThrow('EADDRINUSE');
  });
});
