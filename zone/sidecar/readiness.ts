import type { Server } from 'node:http';
import { createServer } from '../../http/nodeHttp.ts';
import { StartError } from './startError.ts';

type Options = {
  readonly host: string;
  readonly port: number;
  readonly state: () => Promise<'LIVE' | 'NOT READY' | 'TERMINATING'>;
};

/**
 * `GET /ready`: 200 LIVE, else 503 with what it is (Kuma: app/kuma-dp/pkg/dataplane/readiness). @throws StartError when the port is taken
 */
export async function startReadiness({ host, port, state }: Options): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/ready') return response.writeHead(404).end();
    return state().then(
      (text) => response.writeHead(text === 'LIVE' ? 200 : 503, { 'content-type': 'text/plain' }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new StartError(`cannot listen on ${host}:${port} (--readiness-port): ${cause.message}`)),
    );
    server.listen(port, host, resolve);
  });
  return server;
}
