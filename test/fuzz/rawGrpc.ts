import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService';

/** How a stream ended: the gRPC status and its message, or that the stream or its connection was cut off. */
export interface Ended {
  readonly status: number | 'cut off' | 'still open';
  readonly message: string;
}

/** HTTP/2 to a dp-server, without a gRPC library that would keep to the rules. */
export async function session(ads: string): Promise<ClientHttp2Session> {
  const client = connect(`https://${ads}`, { rejectUnauthorized: false, servername: 'localhost' });
  client.on('error', () => {});
  await new Promise((resolve, reject) => client.once('connect', resolve).once('close', reject));
  return client;
}

export interface OpenOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a stream; nothing is sent yet, and nothing read. */
export function open(
  client: ClientHttp2Session,
  { method = 'DeltaAggregatedResources', headers = {} }: OpenOptions = {},
): ClientHttp2Stream {
  const stream = client.request({
    ':method': 'POST',
    ':path': method.startsWith('/') ? method : `${SERVICE}/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => {});
  return stream;
}

/** Reads on until the stream ends, or patience does. */
export async function ending(stream: ClientHttp2Stream, patience = 5_000): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const take = (headers: Readonly<Record<string, unknown>>) => {
    if (headers['grpc-status'] !== undefined)
      resolve({
        status: Number(headers['grpc-status']),
        message: decodeURIComponent(String(headers['grpc-message'] ?? '')),
      });
  };
  stream.on('response', take);
  stream.on('trailers', take);
  stream.on('data', () => {});
  // Trailers come just before the end.
  stream.once('close', () => setImmediate(() => resolve({ status: 'cut off', message: `code ${stream.rstCode}` })));
  const overdue = sleep(patience, undefined, { ref: false }).then((): Ended => ({ status: 'still open', message: '' }));
  const ended = await Promise.race([promise, overdue]);
  stream.close(constants.NGHTTP2_CANCEL);
  return ended;
}

/** A gRPC message: flag, length, bytes. @param length what is claimed */
export function frame(bytes: Uint8Array, { flag = 0, length = bytes.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}
