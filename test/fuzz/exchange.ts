import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** What came back; the status is 0 when the connection was closed without an answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const LONGEST_MS = 20_000;

/** Sends one well-formed HTTP request; what is in it may be anything. */
export function exchange(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const request = httpRequest({ hostname, port, method, path, headers: { ...headers, ...length }, agent });
    request.setTimeout(LONGEST_MS, () => request.destroy(new Error(`no answer within ${LONGEST_MS} ms`)));
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.once('error', reject);
    });
    // A body that is refused early is answered and the connection closed while it is still being sent.
    request.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE'
        ? resolve({ status: 0, headers: {}, body: '' })
        : reject(error),
    );
    request.end(body);
  });
}
