import { isIP } from 'node:net';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type Authenticator, connect, type NatsConnection, type TlsOptions } from '@nats-io/transport-node';

/** A request in flight when the server dies is not rejected, it waits for its timeout: so that is short. */
export const TIMEOUT_MS = 1_000;

export interface ConnectOptions {
  readonly url: string;
  /** PEM of the CA that the server's certificate is of. */
  readonly ca: string;
  readonly authenticator: Authenticator;
  /** How the server's log calls us. */
  readonly name: string;
  /** Subjects that answers to our requests come on; a random one when absent. */
  readonly inboxPrefix?: string;
}

/** A connection to a nats-server with JetStream. */
export interface Connection {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/** As `connectNats`, with JetStream. */
export async function connectTo(options: ConnectOptions): Promise<Connection> {
  const nats = await connectNats(options);
  return { nats, js: jetstream(nats, { timeout: TIMEOUT_MS }), jsm: await manager(nats) };
}

/** Connects over TLS, as often as it takes; the connection comes back by itself whenever the server does. */
export function connectNats({ url, ca, ...options }: ConnectOptions): Promise<NatsConnection> {
  return connect({
    servers: url,
    tls: tlsTo(url, ca),
    ...options,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
  });
}

/**
 * The server must offer TLS and have a certificate of that CA for the host that is dialled. The client names hosts to Node by
 * itself, addresses it does not: Node would look for `localhost` in the certificate.
 */
export function tlsTo(url: string, ca: string): TlsOptions {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return { ca, ...(isIP(host) ? { host } : {}) };
}

/** JetStream may come up a little after the server's port. */
async function manager(nats: NatsConnection): Promise<JetStreamManager> {
  for (;;) {
    try {
      return await jetstreamManager(nats, { timeout: TIMEOUT_MS });
    } catch (error) {
      if (nats.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
