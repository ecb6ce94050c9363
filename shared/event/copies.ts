import { Digest, type Hash } from './digest.ts';
import { decodeToken, isEncoded } from './subject.ts';

/** Streams that a zone copies from the hub besides the policy log, as they are called there: data keys, the other zones' ingresses. */
export const COPIES = ['KEYS', 'PEERS'] as const;
export type CopyName = (typeof COPIES)[number];

/** Zone → digest of what a stream holds that has to do with it. */
export type ZoneDigests = Readonly<Record<string, string>>;

/** Fingerprint of the last messages of such a stream, zone by zone: `cp.key.<zone>.…`, `cp.zone.<zone>.…`. */
export class CopyDigest {
  readonly #hash: Hash;
  readonly #zones = new Map<string, Digest>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** @param body empty: it was deleted */
  take(subject: string, body: string): void {
    // Global deletes it at the hub, copies keep it.
    if (!isEncoded(subject)) return;
    const zone = decodeToken(subject.split('.')[2] ?? '');
    const digest = this.#zones.get(zone) ?? new Digest(this.#hash);
    this.#zones.set(zone, digest);
    digest.set(subject, 0, body === '' ? undefined : body);
  }

  /** The stream begins anew. */
  clear(): void {
    this.#zones.clear();
  }

  get byZone(): ZoneDigests {
    return Object.fromEntries([...this.#zones].map(([zone, { hex }]) => [zone, hex]));
  }
}

/** One text of all, the same for zones of which nothing is left and zones that never were. */
export function sumUp(digests: ZoneDigests, hash: Hash): string {
  const sum = new Digest(hash);
  const { hex: nothing } = sum;
  for (const [zone, digest] of Object.entries(digests)) if (digest !== nothing) sum.set(zone, 0, digest);
  return sum.hex;
}

/**
 * Does a copy lack something that its origin holds, or hold it in another version? Of zones that the origin does not know there may
 * be more: a hub that lost its files, or another one, has not heard of all.
 */
export function isWrongCopy(copy: ZoneDigests, origin: ZoneDigests, hash: Hash): boolean {
  const { hex: nothing } = new Digest(hash);
  return Object.entries(origin).some(([zone, digest]) => (copy[zone] ?? nothing) !== digest);
}
