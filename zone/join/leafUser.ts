import { createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { secretFile } from '../identity/secretFile.ts';

/**
 * An nkey that the zone's control planes prove themselves with at the zone's nats-server. Read from a file; made there (mode
 * 0600) at the first start. Instances of one zone need the same.
 */
export function leafUser(file: string): KeyPair {
  const seed = secretFile(file, () => new TextDecoder().decode(createUser().getSeed()));
  return fromSeed(new TextEncoder().encode(seed.trim()));
}
