import { Resolver } from 'node:dns/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What came of one call: an answer, or why there was none. */
export interface CallResult {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Address that the name was resolved to. */
  readonly address: string;
  readonly milliseconds: number;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly error?: string;
}

/** Resolves the URL's host name at the sidecar's DNS and makes one request to the virtual IP on a connection of its own. */
export async function callByName(target: string, dnsPort: number): Promise<CallResult> {
  const url = new URL(target);
  // as a machine's own resolver (resolv.conf(5))
  const resolver = new Resolver({ timeout: 5000, tries: 2 });
  resolver.setServers([`127.0.0.1:${dnsPort}`]);
  const start = performance.now();
  let address = '';
  try {
    [address = ''] = await resolver.resolve4(url.hostname);
    const { status, body } = await get(url, address);
    return { status, address, milliseconds: performance.now() - start, body: parse(body) };
  } catch (cause) {
    return { status: 0, address, milliseconds: performance.now() - start, body: null, error: (cause as Error).message };
  }
}

function get(url: URL, address: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port: url.port || 80,
      path: url.pathname + url.search,
      headers: { host: url.host },
      agent: false,
      timeout: 30_000,
    };
    const call = request(options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 30 s')));
    call.on('error', reject);
    call.end();
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
