import { Histogram, type Registry } from 'prom-client';
import { PROPAGATION_BUCKETS_S } from '../../runtime/propagationBuckets.ts';
import type { LogEvent } from '../../shared/event/event.ts';

/** Times each event from its commit until the hub has it on its disk. @returns takes what the hub has now */
export function relaySeconds(metrics: Registry, now: () => Date): (events: readonly Pick<LogEvent, 'at'>[]) => void {
  const histogram = new Histogram({
    name: 'meridian_relay_seconds',
    help: 'From the commit of an event until the hub has it; what an emptied hub is filled with counts as well',
    buckets: PROPAGATION_BUCKETS_S,
    registers: [metrics],
  });
  return (events) => {
    for (const { at } of events) histogram.observe(Math.max(0, now().getTime() - Date.parse(at)) / 1000);
  };
}
