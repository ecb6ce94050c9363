import { ZONE_STATUS, type ZoneStatus } from '../../shared/event/status.ts';
import type { Replica, ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly replica: Pick<Replica, 'onApplied'>;
  readonly log: ZoneLog;
  readonly instance: string;
  /** The state of this moment. */
  readonly status: () => ZoneStatus;
  readonly onFailed: (error: unknown) => void;
  readonly onDone: () => void;
};

/** Global takes a zone that said nothing for a few of these for offline. */
const HEARTBEAT_MS = 2_000;
/** After a change: soon, but many changes make one report. */
const SOON_MS = 50;

interface StatusReporter {
  /** Something changed that global should hear of soon: an acknowledgement, a rejection. */
  soon(): void;
  stop(): void;
}

/** Tells global regularly, and soon after each change, how far this zone is. A report that fails is made up for by the next. */
export function reportStatus({ replica, log, instance, status, onFailed, onDone }: Deps): StatusReporter {
  let timer: NodeJS.Timeout | undefined;
  let writing = false;
  let again = false;
  let ended = false;

  const report = async () => {
    timer = undefined;
    if (writing) {
      again = true;
      return;
    }
    writing = true;
    try {
      const spec = status();
      await log.put({
        type: ZONE_STATUS,
        mesh: '',
        name: instance,
        labels: {},
        creationTime: spec.startedAt,
        modificationTime: spec.at,
        spec,
      });
      onDone();
    } catch (error) {
      onFailed(error);
    }
    writing = false;
    if (again) soon();
    again = false;
  };
  const soon = () => {
    if (ended) return;
    timer ??= setTimeout(() => void report(), SOON_MS);
  };
  const heartbeat = setInterval(() => void report(), HEARTBEAT_MS);
  const stopListening = replica.onApplied(({ change }) => {
    if (change) soon();
  });
  void report();
  return {
    soon,
    stop: () => {
      ended = true;
      stopListening();
      clearInterval(heartbeat);
      clearTimeout(timer);
    },
  };
}
