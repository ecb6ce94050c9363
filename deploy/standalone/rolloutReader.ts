import { firstEventOf } from '../../global/insight/firstEventOf.ts';
import { Rollouts as AllRollouts } from '../../global/insight/rollouts.ts';
import type { EventLog } from '../../global/log/eventLog.ts';
import type { RolloutReader } from '../../shared/rest/ports.ts';
import type { Rollouts } from '../../zone/push/rollouts.ts';
import { reportedRollouts } from '../../zone/status/reportedRollouts.ts';

type Deps = {
  readonly events: Pick<EventLog, 'find'>;
  readonly rollouts: Rollouts;
  readonly zone: string;
  readonly instance: string;
};

/** As many changes as the zone's side remembers. */
const LATEST = 1_000;

/** How changes get on, as global tells it; the zone's side is asked when somebody wants to know, instead of reporting. */
export function rolloutReader({ events, rollouts, zone, instance }: Deps): RolloutReader {
  const all = new AllRollouts({ firstEventOf: (id) => firstEventOf(events, id) });
  const reported = reportedRollouts(rollouts);
  const asked = () => {
    all.take(zone, instance, reported(LATEST));
    return all;
  };
  return {
    list: async (query) => asked().list(query),
    get: async (changeId) => asked().get(changeId),
  };
}
