import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** What connections over TLS are made with. */
export interface Tls {
  /** PEM of the CAs that are trusted; absent: those of the system. */
  readonly ca?: string | undefined;
  /** PEM of a certificate and key that the client proves itself with. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Default true. */
  readonly verify?: boolean | undefined;
}

export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** Sends a request; rejects when there is no answer. */
type Transport = (method: string, url: URL, outgoing: Outgoing) => Promise<IncomingMessage>;

/** HTTP and HTTPS with certificates of one's own, which `fetch` cannot; connections are used again. */
export function transport({ ca, cert, key, verify = true }: Tls): Transport {
  const plain = new HttpAgent({ keepAlive: true });
  const own = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const secured = new HttpsAgent({ keepAlive: true, rejectUnauthorized: verify, ...own });
  return (method, url, { headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = { method, headers: { ...headers }, signal };
      const request =
        url.protocol === 'http:'
          ? httpRequest(url, { ...options, agent: plain })
          : httpsRequest(url, { ...options, agent: secured });
      request.on('error', reject);
      request.on('response', resolve);
      request.end(body);
    });
}
