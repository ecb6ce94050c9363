import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer as it was recorded; a body that is no string is sent as JSON. */
export interface Recorded {
  readonly status?: number;
  readonly body: unknown;
}

/** A request as it arrived. */
export interface Arrived {
  readonly request: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface RecordedServer {
  readonly address: string;
  readonly arrived: readonly Arrived[];
  close(): Promise<void>;
}

/**
 * A local HTTP server that gives recorded answers.
 * @param answers by `GET /path?query` or, without the query, by `GET /path`; what is not among them gets 404
 */
export async function startRecordedServer(answers: Readonly<Record<string, Recorded>>): Promise<RecordedServer> {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    const line = `${request.method} ${request.url}`;
    arrived.push({ request: line, headers: request.headers, body: sent ? JSON.parse(sent) : undefined });
    const known = answers[line] ?? answers[line.split('?')[0] ?? ''];
    const { status = 200, body } = known ?? {
      status: 404,
      body: { type: '/std-errors', status: 404, title: 'Could not retrieve a resource', detail: 'Not found' },
    };
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
