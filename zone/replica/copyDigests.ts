import { hash } from 'node:crypto';
import { COPIES, CopyDigest, type CopyName, isWrongCopy, sumUp, type ZoneDigests } from '../../shared/event/copies.ts';

const sha256 = (text: string) => hash('sha256', text, 'buffer');

/** What has come from the zone's copies of the hub's streams: a server that comes back can pass over a message without a word. */
export class CopyDigests {
  readonly #digests: Readonly<Record<CopyName, CopyDigest>> = {
    KEYS: new CopyDigest(sha256),
    PEERS: new CopyDigest(sha256),
  };

  of(name: CopyName): CopyDigest {
    return this.#digests[name];
  }

  /** As they are reported. */
  sums(): Readonly<Record<CopyName, string>> {
    const sum = (name: CopyName) => sumUp(this.#digests[name].byZone, sha256);
    return { KEYS: sum('KEYS'), PEERS: sum('PEERS') };
  }

  /** @param originals what the hub holds. @returns the copies that lack something of it */
  wrong(originals: Readonly<Record<CopyName, ZoneDigests>>): CopyName[] {
    return COPIES.filter((name) => isWrongCopy(this.#digests[name].byZone, originals[name], sha256));
  }
}
