import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { KeyPair } from '@nats-io/nkeys';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';

/** A request in flight when the server dies is not rejected, it waits for its timeout: so that is short. */
const TIMEOUT_MS = 1_000;

export interface LeafOptions {
  readonly url: string;
  /** What the control planes of the zone prove themselves with. */
  readonly user: KeyPair;
  readonly zone: string;
}

/** The connection of a zone control plane to the zone's own nats-server. */
export interface LeafConnection {
  readonly nats: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

export async function connectToLeaf({ url, user, zone }: LeafOptions): Promise<LeafConnection> {
  const nats = await connect({
    servers: url,
    name: `meridian-zone-${zone}`,
    authenticator: nkeyAuthenticator(user.getSeed()),
    // Answers from global come over the leaf link, which lets only this zone's inboxes through.
    inboxPrefix: `_INBOX.${zone}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
  });
  for (;;) {
    try {
      return {
        nats,
        js: jetstream(nats, { timeout: TIMEOUT_MS }),
        jsm: await jetstreamManager(nats, { timeout: TIMEOUT_MS }),
      };
    } catch (error) {
      if (nats.isClosed()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100)); // JetStream comes up a little after the port
    }
  }
}
