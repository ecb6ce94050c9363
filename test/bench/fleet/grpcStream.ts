import { type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls, createSecureContext } from 'node:tls';

export interface GrpcStreamOptions {
  /** `host:port`, spoken to over TLS; its certificate is not checked. */
  readonly address: string;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly onMessage: (message: Buffer) => void;
  /** Once, unless we closed it. */
  readonly onEnd: (why: string) => void;
}

const HEAD = 5;
const WINDOW = 16 * 1024 * 1024;
/**
 * As Envoy 1.40 greets the control plane, read from its ClientHello: without a maximum of its own it goes no further than TLS 1.2, and
 * offers the curves X25519 and P-256.
 */
const secureContext = createSecureContext({
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: [
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
  ecdhCurve: 'X25519:P-256',
});

/**
 * One bidirectional gRPC call on a connection of its own, with as little around it as can be: node's HTTP/2 and the five bytes
 * before each message (gRPC over HTTP/2, Length-Prefixed-Message). No channels, retries, deadlines or compression.
 */
export class GrpcStream {
  readonly #options: GrpcStreamOptions;
  readonly #stream: ClientHttp2Stream;
  readonly #destroy: () => void;
  #unread: Buffer | undefined;
  #ended = false;

  constructor(options: GrpcStreamOptions) {
    this.#options = options;
    const colon = options.address.lastIndexOf(':');
    const socket = connectTls({
      host: options.address.slice(0, colon),
      port: Number(options.address.slice(colon + 1)),
      // An address is no server name (RFC 6066).
      servername: 'localhost',
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      secureContext,
    });
    socket.setNoDelay(true);
    const session = connect(`https://${options.address}`, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: WINDOW },
    });
    session.once('connect', () => session.setLocalWindowSize(WINDOW));
    session.on('error', (cause) => this.#end(cause.message));
    session.on('close', () => this.#end('the connection was closed'));
    this.#destroy = () => session.destroy();
    this.#stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: options.path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    this.#stream.on('data', (chunk: Buffer) => this.#take(chunk));
    const status = (headers: IncomingHttpHeaders) => {
      const code = headers['grpc-status'];
      if (code !== undefined)
        this.#end(`gRPC status ${code}: ${decodeURIComponent(String(headers['grpc-message'] ?? ''))}`);
    };
    this.#stream.on('response', status);
    this.#stream.on('trailers', status);
    this.#stream.on('error', (cause: Error) => this.#end(cause.message));
    this.#stream.on('close', () => this.#end('the server ended the stream'));
  }

  send(message: Uint8Array): void {
    const frame = Buffer.allocUnsafe(HEAD + message.length);
    frame[0] = 0; // not compressed
    frame.writeUInt32BE(message.length, 1);
    frame.set(message, HEAD);
    this.#stream.write(frame);
  }

  /** Cuts the connection. */
  close(): void {
    this.#ended = true;
    this.#destroy();
  }

  #take(chunk: Buffer): void {
    let rest = this.#unread ? Buffer.concat([this.#unread, chunk]) : chunk;
    while (!this.#ended && rest.length >= HEAD) {
      const end = HEAD + rest.readUInt32BE(1);
      if (rest.length < end) break;
      this.#options.onMessage(rest.subarray(HEAD, end));
      rest = rest.subarray(end);
    }
    this.#unread = rest.length > 0 ? rest : undefined;
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#destroy();
    this.#options.onEnd(why);
  }
}
