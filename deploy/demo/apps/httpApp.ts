import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface AppRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

interface AppAnswer {
  readonly status?: number;
  readonly body: unknown;
}

/** What an app is told by its environment. */
export const app = {
  service: process.env.APP_SERVICE ?? 'app',
  version: process.env.APP_VERSION ?? 'v1',
  zone: process.env.APP_ZONE ?? '',
  instance: process.env.APP_INSTANCE ?? '',
  port: Number(process.env.APP_PORT ?? 0),
};

/** Serves JSON on 127.0.0.1 until SIGTERM, and says that it is ready as our control planes do. */
export function serve(answer: (request: AppRequest) => Promise<AppAnswer> | AppAnswer): void {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    const { status = 200, body } = await Promise.resolve(
      answer({ path: url.pathname, query: url.searchParams, headers: request.headers }),
    ).catch((cause: Error): AppAnswer => ({ status: 500, body: { error: cause.message } }));
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  });
  server.listen(app.port, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${port}` })}\n`);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
}
