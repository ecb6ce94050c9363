import { keepLooking } from '../../runtime/keepLooking.ts';
import type { Hello } from '../../shared/event/hello.ts';
import { Hearing } from './hearing.ts';
import type { LeafConnection } from '../leaf/leafConnection.ts';
import type { NatsReplica } from './natsReplica.ts';
import { findStreams, greet, provisionMirrors, provisionZoneLog } from './provision.ts';

/** After a round that failed, and after one with nothing to do: each asks the zone's nats-server for its streams. */
const RETRY_MS = 1_000;
const LOOK_MS = 2_000;
/** The hub gives a sign of life every second; a busy machine may miss a few. */
const DEAF_MS = 4_000;
/** After mirrors were made anew in vain: a machine may be too busy to fill one as fast, and every new one begins from the start. */
const MOST_PATIENT_MS = 64_000;
/** Not at once again: when that did not help, it is the hub that is not what global says. */
const ANEW_PAUSE_MS = 30_000;

type Joining = {
  readonly leaf: LeafConnection;
  readonly replica: Pick<NatsReplica, 'followMirrors' | 'expect' | 'followLog'>;
  readonly zone: string;
  /** As it is to be said now: the zone's key may be another one. */
  readonly hello: () => Omit<Hello, 'log'>;
  /** Called when the mirrors are there and followed for the first time. */
  readonly onFollowing?: () => void;
  /** As of `keepLooking`. */
  readonly onError: (error: Error) => void;
  /** Told of mirrors that are made anew, since they lack something. */
  readonly onLacking: (error: Error) => void;
};

interface Joined {
  /** These mirrors lack something of what the hub holds. Heeded every now and then. */
  makeAnew(mirrors: readonly string[]): void;
  stop(): void;
}

/**
 * Greets global until it answers, then makes the mirrors. A zone whose mirrors are there from an earlier start follows them at once: it needs
 * global neither to start nor to serve.
 *
 * Mirrors that are gone are made again, and so is the zone's log: its nats-server may lose its files. Global is greeted again when that server
 * was started again, since it may have lost the latest, and when the zone has its next key.
 *
 * Global is also greeted again when mirrors hear nothing of the hub, since the hub may have lost the consumers that they read by. Mirrors whose
 * consumer is another one then are made anew, and so are those that hear nothing after that either. Left alone, nats-server looks for a
 * consumer that it did not find after 10 s, then after 20 s, in the end every two minutes.
 */
export function joinGlobal({ leaf, replica, zone, hello, onFollowing, onError, onLacking }: Joining): Joined {
  const ended = new AbortController();
  const hearing = new Hearing(() => performance.now());
  let following = false;
  /** The zone log and key that global has been told of, and when, by the clock that only runs. */
  let greeted: { readonly log: string; readonly publicKey: string; readonly at: number } | undefined;
  /** Mirrors that are to be made anew. */
  const wrong = new Set<string>();
  let madeAnewAt = Number.NEGATIVE_INFINITY;
  let patience = DEAF_MS;
  const follow = () => {
    if (following) return;
    following = true;
    replica.followMirrors();
    onFollowing?.();
  };
  const round = async () => {
    let found = await findStreams(leaf);
    if (!found.log) {
      await provisionZoneLog(leaf, zone);
      found = await findStreams(leaf);
    }
    const { log, mirrors } = found;
    if (mirrors) follow();
    if (!log) return;
    const anew = new Set(wrong);
    const said = { ...hello(), log };
    const { publicKey } = said;
    if (mirrors && greeted?.log === log && greeted.publicKey === publicKey) {
      const since = performance.now() - greeted.at;
      const waited = since >= patience;
      const deaf = waited && hearing.deaf(mirrors, patience).length > 0;
      if (waited && !deaf) patience = DEAF_MS;
      if (!deaf && anew.size === 0) return;
      const deafSince = deaf ? hearing.deaf(mirrors, since) : [];
      if (deafSince.length > 0) patience = Math.min(2 * patience, MOST_PATIENT_MS);
      for (const name of deafSince) anew.add(name);
    }
    const { head, logId, consumers } = await greet(leaf, said);
    replica.expect(head);
    await provisionMirrors(leaf, zone, { anew, consumers });
    for (const name of anew) wrong.delete(name);
    greeted = { log, publicKey, at: performance.now() };
    follow();
    replica.followLog(logId);
  };
  void keepLooking(round, { every: LOOK_MS, afterError: RETRY_MS, onError, signal: ended.signal });
  return {
    makeAnew: (names) => {
      if (names.length === 0 || performance.now() - madeAnewAt < ANEW_PAUSE_MS) return;
      madeAnewAt = performance.now();
      for (const name of names) wrong.add(name);
      onLacking(new Error(`made anew from the hub, since they lack something of what it holds: ${names.join(', ')}`));
    },
    stop: () => ended.abort(),
  };
}
