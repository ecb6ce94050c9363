import { connect, type ConnectionOptions, jwtAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { encodeUser } from '@nats-io/jwt';
import { createUser, type KeyPair } from '@nats-io/nkeys';
import { tlsTo } from '../../nats/connect.ts';
import type { Hub } from './wiring.ts';

type Dialled = Pick<Hub, 'url' | 'keys'>;

/** A client of the hub itself, which does not come back when it is thrown out. */
export function connectToHubAs(hub: Dialled, options: ConnectionOptions): Promise<NatsConnection> {
  return connect({
    servers: hub.url,
    tls: tlsTo(hub.url, hub.keys.ca.certificatePem),
    reconnect: false,
    timeout: 5_000,
    ...options,
  });
}

/** As `connectToHubAs`, with a credential. */
export function connectWithJwt(hub: Dialled, jwt: string, key: KeyPair): Promise<NatsConnection> {
  return connectToHubAs(hub, { authenticator: jwtAuthenticator(jwt, key.getSeed()) });
}

/** A user of the hub's account, as its newest key signs it. @param claims absent: it may do everything */
export async function signedUser(
  { keys }: Pick<Hub, 'keys'>,
  name: string,
  claims: Parameters<typeof encodeUser>[3] = {},
): Promise<{ readonly jwt: string; readonly key: KeyPair }> {
  const [key, signer] = [createUser(), keys.signing.at(-1)];
  if (!signer) throw new Error('there is no signing key');
  return { jwt: await encodeUser(name, key, keys.account, claims, { signer }), key };
}
