import type { RequestListener } from 'node:http';
import { createServer as createHttpServer } from '../../http/nodeHttp.ts';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';

type Options = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly services: readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[];
  /** What is not gRPC: POST /bootstrap. */
  readonly http: RequestListener;
  /** A connection was accepted. */
  readonly onConnection?: () => void;
  /** Milliseconds that a TLS handshake, and then a whole HTTP/1.1 connection, may last. */
  readonly slowest?: number;
};

export interface DpServer {
  readonly port: number;
  /** Shows another certificate to who connects from then on; connections stay. */
  use(certificate: Pick<Options, 'certificatePem' | 'privateKeyPem'>): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** After so long without a word the kernel asks the peer, ten times a second apart: dead machines and cut links are found, and nobody is woken. */
const SILENT_MS = 20_000;

/** Our own pings find what the kernel does not: processes that hang, and peers that died before they had taken all they were sent. */
const GRPC_OPTIONS = {
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.http2.min_ping_interval_without_data_ms': 1_000,
  // A first request that names ten thousand resources is below one MiB.
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  // A proxy has two: discovery and health.
  'grpc.max_concurrent_streams': 100,
  // Books about every connection and message, which nobody here reads.
  'grpc.enable_channelz': 0,
};
const SLOWEST_MS = 30_000;
const SHUTDOWN_MS = 500;

/**
 * The one TLS port for proxies, as Kuma's dp-server: ALPN decides, and the decrypted socket itself goes to the gRPC
 * server or to the HTTP server, so that nothing is copied in between. Who offers HTTP/1.1 gets it, for POST /bootstrap: gRPC
 * clients offer only h2.
 */
export async function startDpServer({ slowest = SLOWEST_MS, ...options }: Options): Promise<DpServer> {
  const grpc = new Server(GRPC_OPTIONS);
  for (const [definition, implementation] of options.services) grpc.addService(definition, implementation);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const http = createHttpServer(options.http);
  const sockets = new Set<Socket>();

  const tls = createServer({
    ...secured(options),
    handshakeTimeout: slowest,
    keepAlive: true,
    keepAliveInitialDelay: SILENT_MS,
    ALPNCallback: ({ protocols }) =>
      protocols.includes('http/1.1') ? 'http/1.1' : protocols.includes('h2') ? 'h2' : undefined,
  });
  tls.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true);
    // An error of the connection ends its streams; whoever reads the socket is told by `close`.
    socket.on('error', () => {});
    if (socket.alpnProtocol === 'h2') return injector.injectConnection(socket);
    // The server's own clocks only run when it listens itself; a bootstrap is one request.
    const overdue = setTimeout(() => socket.destroy(), slowest);
    socket.once('close', () => clearTimeout(overdue));
    http.emit('connection', socket);
  });
  tls.on('tlsClientError', (_, socket) => socket.destroy());
  tls.on('connection', (socket: Socket) => {
    options.onConnection?.();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    tls.once('error', reject);
    tls.listen({ port: options.port, host: options.host, backlog: 4_096 }, () => {
      tls.off('error', reject);
      resolve();
    });
  });
  return {
    port: (tls.address() as AddressInfo).port,
    use: (certificate) => tls.setSecureContext(secured(certificate)),
    async close() {
      const closed = new Promise<void>((resolve) => tls.close(() => resolve()));
      injector.drain(SHUTDOWN_MS);
      grpc.forceShutdown();
      http.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function secured({ certificatePem, privateKeyPem }: Pick<Options, 'certificatePem' | 'privateKeyPem'>) {
  return { cert: certificatePem, key: privateKeyPem, minVersion: 'TLSv1.2' as const };
}
