import { jwtAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { type Connection, connectNats, type ConnectOptions, connectTo, type Trust } from '../../nats/connect.ts';

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
}

type GlobalOptions = HubOptions & { readonly credential: { readonly ingest: string } };

export async function connectToHub(options: GlobalOptions): Promise<HubConnection> {
  return { ...(await connectTo(authenticated(options, 'meridian-global'))), ingest: options.credential.ingest };
}

/** Global's connection at the hub's system account. */
export function connectToSystem(options: HubOptions): Promise<NatsConnection> {
  return connectNats(authenticated(options, 'meridian-global-accounts'));
}

function authenticated({ url, ca, onWaiting, credential: { jwt, seed } }: HubOptions, name: string): ConnectOptions {
  return { url, ca, authenticator: jwtAuthenticator(jwt, seed), name, ...(onWaiting && { onWaiting }) };
}
