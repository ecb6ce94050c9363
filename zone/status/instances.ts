import { ZONE_STATUS } from '../../shared/event/status.ts';
import type { NatsReplica } from '../replica/natsReplica.ts';
import type { ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly replica: Pick<NatsReplica, 'onSignOfLife'>;
  readonly log: Pick<ZoneLog, 'delete'>;
  readonly zone: string;
  /** Our own. */
  readonly instance: string;
  /** Milliseconds of a clock that only runs: the time of day may be set, and differs between machines. */
  readonly now: () => number;
  /** One that was alive says nothing any more. */
  readonly lost: (instance: string) => void;
  readonly onError: (error: unknown) => void;
};

export interface Instances {
  /** Ids of the zone's other control planes that are alive. */
  others(): ReadonlySet<string>;
  stop(): void;
}

const TICK_MS = 1_000;
/** Four heartbeats. */
const DEAD_AFTER_MS = 8_000;
/** Every start has an id of its own, so what those of the past said would stay for ever. */
const FORGET_AFTER_MS = 3_600_000;

/** The control planes of this zone, by what they say in its log. */
export function watchInstances({ replica, log, zone, instance, now, lost, onError }: Deps): Instances {
  const began = now();
  const heard = new Map<string, number>();
  const alive = new Set<string>();
  const stop = replica.onSignOfLife((sign) => {
    if (sign.zone !== zone || sign.instance === undefined || sign.instance === instance) return;
    heard.set(sign.instance, now() - sign.age);
    if (sign.age <= DEAD_AFTER_MS) alive.add(sign.instance);
  });
  const timer = setInterval(() => {
    for (const [id, at] of heard) {
      if (now() - at > DEAD_AFTER_MS && alive.delete(id)) lost(id);
      // What we found was perhaps dated by a clock that differs from ours: who lives says so meanwhile.
      if (now() - at <= FORGET_AFTER_MS || now() - began <= 2 * DEAD_AFTER_MS) continue;
      heard.delete(id);
      log.delete({ type: ZONE_STATUS, mesh: '', name: id }).catch(onError);
    }
  }, TICK_MS);
  return {
    others: () => alive,
    stop: () => {
      stop();
      clearInterval(timer);
    },
  };
}
