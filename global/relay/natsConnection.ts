import { jwtAuthenticator } from '@nats-io/transport-node';
import { type Connection, connectTo } from '../../nats/connect.ts';

export interface HubOptions {
  readonly url: string;
  /** PEM of the CA that the hub's certificate is of. */
  readonly ca: string;
  readonly credential: { readonly jwt: string; readonly seed: Uint8Array };
}

/** The connection of global to the hub, which comes back by itself whenever the server does. */
export type HubConnection = Connection;

export function connectToHub({ url, ca, credential }: HubOptions): Promise<HubConnection> {
  const authenticator = jwtAuthenticator(credential.jwt, credential.seed);
  return connectTo({ url, ca, authenticator, name: 'meridian-global' });
}
