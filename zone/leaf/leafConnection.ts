import type { KeyPair } from '@nats-io/nkeys';
import { type Connection, connectTo, type Trust } from '../../nats/connect.ts';
import { nkeyAuthenticator } from '../../nats/nkey.ts';

export interface LeafOptions {
  readonly url: string;
  /** What the certificate of the zone's nats-server is of. */
  readonly ca: Trust;
  /** What the control planes of the zone prove themselves with; asked at every connection. */
  readonly user: Pick<KeyPair, 'getSeed'>;
  readonly zone: string;
  /** As of `ConnectOptions`. */
  readonly onWaiting?: (error: Error) => void;
}

/** The connection of a zone control plane to the zone's own nats-server. */
export type LeafConnection = Connection;

export function connectToLeaf({ url, ca, user, zone, onWaiting }: LeafOptions): Promise<LeafConnection> {
  return connectTo({
    url,
    ca,
    authenticator: nkeyAuthenticator(() => user.getSeed()),
    name: `meridian-zone-${zone}`,
    ...(onWaiting && { onWaiting }),
    // Answers from global come over the leaf link, which lets only this zone's inboxes through.
    inboxPrefix: `_INBOX.${zone}`,
  });
}
