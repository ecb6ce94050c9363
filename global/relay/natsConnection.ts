import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, jwtAuthenticator, type NatsConnection } from '@nats-io/transport-node';

/** A request in flight when the server dies is not rejected, it waits for its timeout: so that is short. */
export const TIMEOUT_MS = 1_000;

export interface HubOptions {
  readonly url: string;
  readonly credential: { readonly jwt: string; readonly seed: Uint8Array };
}

/** The connection of global to the hub, which comes back by itself whenever the server does. */
export interface HubConnection {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

export async function connectToHub({ url, credential }: HubOptions): Promise<HubConnection> {
  const nats = await connect({
    servers: url,
    name: 'meridian-global',
    authenticator: jwtAuthenticator(credential.jwt, credential.seed),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
  });
  return { nats, js: jetstream(nats, { timeout: TIMEOUT_MS }), jsm: await manager(nats) };
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
