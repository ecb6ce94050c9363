import { setTimeout as sleep } from 'node:timers/promises';
import type { Hello } from '../../shared/event/hello.ts';
import type { LeafConnection } from './leafConnection.ts';
import type { NatsReplica } from './natsReplica.ts';
import { greet, hasMirrors, hasZoneLog, provisionMirrors, provisionZoneLog } from './provision.ts';

const AGAIN_MS = 1_000;

type Joining = {
  readonly leaf: LeafConnection;
  readonly replica: Pick<NatsReplica, 'followMirrors' | 'expect'>;
  readonly zone: string;
  readonly hello: Hello;
  readonly onError: (error: unknown) => void;
};

/**
 * Greets global until it answers, then makes the mirrors; makes them, and the zone's log, again whenever they are gone, since the
 * zone's nats-server may lose its files. A zone whose mirrors are there from an earlier start follows them at once: it needs
 * global neither to start nor to serve. @returns the function that ends it.
 */
export function joinGlobal({ leaf, replica, zone, hello, onError }: Joining): () => void {
  const ended = new AbortController();
  let following = false;
  let welcome = false;
  const round = async () => {
    if (!(await hasZoneLog(leaf))) await provisionZoneLog(leaf, zone);
    const complete = await hasMirrors(leaf);
    if (complete && !following) {
      following = true;
      replica.followMirrors();
    }
    if (complete && welcome) return;
    const { head } = await greet(leaf, hello);
    replica.expect(head);
    await provisionMirrors(leaf, zone);
    welcome = true;
    if (!following) replica.followMirrors();
    following = true;
  };
  const keep = async () => {
    while (!ended.signal.aborted) {
      await round().catch((error: unknown) => {
        if (!ended.signal.aborted) onError(error);
      });
      await sleep(AGAIN_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  void keep();
  return () => ended.abort();
}
