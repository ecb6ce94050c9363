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
export type HubConnection = Connection;

export function connectToHub(options: HubOptions): Promise<HubConnection> {
  return connectTo(authenticated(options, 'meridian-global'));
}

/** Global's connection at the hub's system account. */
export function connectToSystem(options: HubOptions): Promise<NatsConnection> {
  return connectNats(authenticated(options, 'meridian-global-accounts'));
}

function authenticated({ url, ca, onWaiting, credential: { jwt, seed } }: HubOptions, name: string): ConnectOptions {
  return { url, ca, authenticator: jwtAuthenticator(jwt, seed), name, ...(onWaiting && { onWaiting }) };
}
