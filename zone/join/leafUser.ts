import { existsSync, readFileSync } from 'node:fs';
import { createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { replaceSecretFile, secretFile } from '../identity/secretFile.ts';

/** An nkey that the zone's control planes prove themselves with at the zone's nats-server, as its file says at every call. */
export interface LeafUser {
  /** `U…` */
  getPublicKey(): string;
  getSeed(): Uint8Array;
  /** Those before it: none, unless the nats-server is being told of the newest. */
  former(): readonly KeyPair[];
  /** The nats-server knows the newest, and nobody comes with another any more. */
  dropFormer(): void;
}

/** Read from a file, the newest seed first; one is made there (mode 0600) at the first start. Instances of one zone need the same. */
export function leafUser(file: string): LeafUser {
  let seen = seedsIn(secretFile(file, makeSeed), file);
  const held = () => {
    const now = existsSync(file) ? readFileSync(file, 'utf8') : '';
    // Where the file was replaced as a whole, the server knows what it held before.
    if (now.trim() !== '') seen = [...new Set([...seedsIn(now, file), ...seen])];
    return seen;
  };
  const newest = () => pairOf(held()[0] ?? '');
  return {
    getPublicKey: () => newest().getPublicKey(),
    getSeed: () => newest().getSeed(),
    former: () => held().slice(1).map(pairOf),
    dropFormer: () => {
      const [first = ''] = seen;
      const now = seedsIn(readFileSync(file, 'utf8'), file);
      // One more was made meanwhile.
      if (now[0] !== first) return;
      if (now.length > 1) replaceSecretFile(file, first);
      seen = [first];
    },
  };
}

/** Puts a new seed before those that the file holds. @throws Error when there is no file */
export function makeNextLeafUser(file: string): void {
  if (!existsSync(file)) throw new Error(`there is no key in ${file}: give the settings that the zone is started with`);
  replaceSecretFile(file, [makeSeed(), ...seedsIn(readFileSync(file, 'utf8'), file)].join('\n'));
}

function makeSeed(): string {
  return new TextDecoder().decode(createUser().getSeed());
}

function seedsIn(text: string, file: string): readonly string[] {
  const seeds = text.split(/\s+/).filter((word) => word !== '');
  if (seeds.length === 0) throw new Error(`${file} holds no seed of an nkey`);
  return seeds;
}

/** To derive a public key takes 10 ms and more. */
const known = new Map<string, KeyPair>();

function pairOf(seed: string): KeyPair {
  const pair = known.get(seed) ?? fromSeed(new TextEncoder().encode(seed));
  known.set(seed, pair);
  return pair;
}
