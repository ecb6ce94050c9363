import { createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { nkey } from '../../nats/nkey.ts';
import { type KeyFile, type KeyFormat, keyFile, makeNextKey } from '../../runtime/file/keyFile.ts';

/** An nkey that the zone's control planes prove themselves with at the zone's nats-server, as its file says at every call. */
export interface LeafUser extends Pick<KeyFile<KeyPair>, 'former' | 'dropFormer'> {
  /** `U…` */
  getPublicKey(): string;
  getSeed(): Uint8Array;
}

const SEED: KeyFormat<KeyPair> = {
  name: 'seed of an nkey',
  make: () => new TextDecoder().decode(createUser().getSeed()),
  parse: (seed) => fromSeed(new TextEncoder().encode(seed)),
};

/** An nkey as the seed in a file. Instances of one zone need the same. @throws Error when it holds none */
export function leafUser(file: string): LeafUser {
  const seeds = keyFile(file, SEED);
  const newest = () => {
    seeds.look();
    return seeds.newest();
  };
  return {
    getPublicKey: () => nkey(newest().getSeed()).publicKey,
    getSeed: () => newest().getSeed(),
    former: () => {
      seeds.look();
      return seeds.former();
    },
    dropFormer: seeds.dropFormer,
  };
}

/** Makes the next nkey; the nats-server is told of it within seconds. @throws Error when there is no file */
export function makeNextLeafUser(file: string): void {
  makeNextKey(file, SEED);
}
