import { request as httpRequest } from './nodeHttp.ts';
import { request as httpsRequest } from 'node:https';

export interface Post {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: object;
  /** PEM of the CA to trust; absent: those of the system. */
  readonly caCert?: string | undefined;
  /** Default true. */
  readonly verify?: boolean;
  readonly signal: AbortSignal;
}

/** A POST over HTTP or HTTPS, with a CA of one's own, which `fetch` cannot. Rejects when there is no answer. */
export function post({ url, headers = {}, body, caCert, verify = true, signal }: Post): Promise<{
  readonly status: number;
  readonly body: string;
}> {
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    signal,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'http:'
        ? httpRequest(url, options)
        : httpsRequest(url, { ...options, rejectUnauthorized: verify, ...(caCert ? { ca: caCert } : {}) });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(JSON.stringify(body, null, 2));
  });
}
