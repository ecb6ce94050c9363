import { type DirectStreamAPI, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  type Connection,
  connectNats,
  type ConnectOptions,
  connectTo,
  TIMEOUT_MS,
  type Trust,
} from '../../nats/connect.ts';
import { nkeyAuthenticator } from '../../nats/nkey.ts';

export interface HubOptions {
  readonly url: string;
  readonly ca: Trust;
  /** As of `ConnectOptions`. */
  readonly onWaiting?: (error: Error) => void;
  readonly credential: { readonly jwt: string; readonly seed: Uint8Array };
}

/** The connection of global to the hub, which comes back by itself whenever the server does. */
export interface HubConnection extends Connection {
  /** As of `GlobalCredential`: to be put before the subject of what a stream is to take. */
  readonly ingest: string;
  /** Reads messages from the streams themselves, which answer where everybody asks them. */
  readonly direct: DirectStreamAPI;
}

type GlobalOptions = HubOptions & { readonly credential: { readonly ingest: string; readonly api: string } };

export async function connectToHub(options: GlobalOptions): Promise<HubConnection> {
  const { ingest, api } = options.credential;
  const connection = await connectTo(authenticated(options, 'meridian-global'), api);
  const { direct } = await jetstreamManager(connection.nats, { timeout: TIMEOUT_MS, checkAPI: false });
  return { ...connection, ingest, direct };
}

/** Global's connection at the hub's system account. */
export function connectToSystem(options: HubOptions): Promise<NatsConnection> {
  return connectNats(authenticated(options, 'meridian-global-accounts'));
}

function authenticated({ url, ca, onWaiting, credential: { jwt, seed } }: HubOptions, name: string): ConnectOptions {
  return {
    url,
    ca,
    authenticator: nkeyAuthenticator(
      () => seed,
      () => jwt,
    ),
    name,
    ...(onWaiting && { onWaiting }),
  };
}
