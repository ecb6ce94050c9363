import { setTimeout as sleep } from 'node:timers/promises';
import type { Hello } from '../../shared/event/hello.ts';
import type { LeafConnection } from './leafConnection.ts';
import type { NatsReplica } from './natsReplica.ts';
import { greet, hasMirrors, provisionMirrors, provisionZoneLog, zoneLogId } from './provision.ts';

const AGAIN_MS = 1_000;

type Joining = {
  readonly leaf: LeafConnection;
  readonly replica: Pick<NatsReplica, 'followMirrors' | 'expect' | 'followLog'>;
  readonly zone: string;
  readonly hello: Omit<Hello, 'log'>;
  readonly onError: (error: unknown) => void;
};

/**
 * Greets global until it answers, then makes the mirrors; makes them, and the zone's log, again whenever they are gone, since the
 * zone's nats-server may lose its files, and greets again whenever that was started again, since it may have lost the latest. A zone whose mirrors are there from an earlier start follows them at once: it needs
 * global neither to start nor to serve. @returns the function that ends it.
 */
export function joinGlobal({ leaf, replica, zone, hello, onError }: Joining): () => void {
  const ended = new AbortController();
  let following = false;
  /** The zone log that global has been told of. */
  let greeted: string | undefined;
  const round = async () => {
    if (!(await zoneLogId(leaf))) await provisionZoneLog(leaf, zone);
    const log = await zoneLogId(leaf);
    const complete = await hasMirrors(leaf);
    if (complete && !following) {
      following = true;
      replica.followMirrors();
    }
    if (!log || (complete && greeted === log)) return;
    const { head, logId } = await greet(leaf, { ...hello, log });
    replica.expect(head);
    await provisionMirrors(leaf, zone);
    greeted = log;
    if (!following) replica.followMirrors();
    following = true;
    replica.followLog(logId);
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
