import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type JetStreamClient,
  type JetStreamManager,
  type JetStreamOptions,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import {
  type Authenticator,
  AuthorizationError,
  connect,
  type NatsConnection,
  type TlsOptions,
} from '@nats-io/transport-node';
import { hostOf } from './address.ts';

/** A request in flight when the server dies is not rejected, it waits for its timeout: so that is short. */
export const TIMEOUT_MS = 1_000;
/**
 * Messages that one asks a stream to take at the same time: it syncs each to its disk by itself, so on one that takes 10 ms for that the last
 * of them is still answered in `TIMEOUT_MS`.
 */
export const PUBLISHED_AT_ONCE = 50;

/** CAs that the server's certificate may be of: PEM, or a file that is read anew at every connection. */
export type Trust = string | { readonly caFile: string };

export interface ConnectOptions {
  readonly url: string;
  readonly ca: Trust;
  readonly authenticator: Authenticator;
  /** How the server's log calls us. */
  readonly name: string;
  /** Told why there is no connection yet, once for each reason. */
  readonly onWaiting?: (error: Error) => void;
  /** Subjects that answers to our requests come on; a random one when absent. */
  readonly inboxPrefix?: string;
}

/** A connection to a nats-server with JetStream. */
export interface Connection {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/**
 * As `connectNats`, with JetStream.
 * @param apiPrefix beginning of the subjects that it is asked on; absent: the usual one
 */
export async function connectTo(options: ConnectOptions, apiPrefix?: string): Promise<Connection> {
  const nats = await connectNats(options);
  const asked = { timeout: TIMEOUT_MS, ...(apiPrefix !== undefined && { apiPrefix }) };
  return { nats, js: jetstream(nats, asked), jsm: await manager(nats, asked) };
}

const RETRY_MS = 100;

/**
 * Connects over TLS, as often as it takes; the connection comes back by itself whenever the server does.
 * @throws Error when the server is there and does not let us in the first time: it was started for somebody else
 */
export async function connectNats({ url, ca, onWaiting, ...options }: ConnectOptions): Promise<NatsConnection> {
  let told = '';
  for (;;) {
    try {
      return await connect({
        servers: url,
        tls: tlsTo(url, ca),
        ...options,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RETRY_MS,
        reconnectJitter: RETRY_MS / 2,
        // It may be told anew who we are.
        ignoreAuthErrorAbort: true,
        pingInterval: 5_000,
        // Two stack traces for every request, in case it fails: a percent of a busy zone's time.
        noAsyncTraces: true,
      });
    } catch (cause) {
      const error = cause as Error;
      if (error instanceof AuthorizationError)
        throw new Error(
          `the nats-server at ${url} does not know our key: start it anew with the configuration that was written for it here`,
          { cause },
        );
      if (error.message !== told) onWaiting?.(notConnected(url, error));
      told = error.message;
      await sleep(RETRY_MS);
    }
  }
}

function notConnected(url: string, cause: Error): Error {
  const { code = '' } = ((cause.cause as Error | undefined) ?? cause) as { code?: string };
  const advice = /CERT|SELF_SIGNED|UNABLE_TO/.test(code + cause.message.toUpperCase())
    ? 'its certificate is not the one that was written for it here: start it anew with that configuration'
    : 'start it with the configuration that was written for it here';
  return new Error(`no connection to the nats-server at ${url}: ${cause.message}; ${advice}`, { cause });
}

/**
 * The server must offer TLS and have a certificate of that CA for the host that is dialled. The client names hosts to Node by
 * itself, addresses it does not: Node would look for `localhost` in the certificate.
 */
export function tlsTo(url: string, ca: Trust): TlsOptions {
  const host = hostOf(url);
  return { ...(typeof ca === 'string' ? { ca } : ca), ...(isIP(host) ? { host } : {}) };
}

/** JetStream may come up a little after the server's port. */
async function manager(nats: NatsConnection, asked: JetStreamOptions): Promise<JetStreamManager> {
  for (;;) {
    try {
      return await jetstreamManager(nats, asked);
    } catch (error) {
      if (nats.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
