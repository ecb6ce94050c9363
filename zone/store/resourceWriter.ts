import { MAX_BATCH } from '../../nats/publishBatch.ts';
import { decide } from '../../shared/event/decide.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import { BadRequest } from '../../shared/rest/errors.ts';
import type { Put, ResourceWriter, Written } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import { type Replica, StaleWrite, type ZoneChangeLog, type ZoneWrite } from '../replica/ports.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly log: ZoneChangeLog;
  readonly replica: Pick<Replica, 'applied'>;
  readonly now: () => Date;
};

/** It takes changes of several resources. */
export type ZoneWriter = ResourceWriter & Required<Pick<ResourceWriter, 'putAll'>>;

/** Writes of the zone's REST API into the zone's own log: its Dataplanes, ingresses and policies of its own. */
export function resourceWriter({ view, zone, log, replica, now }: Deps): ZoneWriter {
  /** What is to be written, if anything. @throws StaleWrite when it is not as the checks saw it */
  const decided = ({ resource, existing }: Pick<Put, 'resource' | 'existing'>) => {
    const current = view.get(resource, zone);
    if (current && current.version !== existing?.version)
      throw new StaleWrite(`${resource.type} ${resource.name} was written meanwhile`);
    const { events, status } = decide({ kind: 'put', resource }, current, now().toISOString());
    // After a deletion the subject's last message is the tombstone, so "there was none" cannot be asked for by its sequence.
    const writes = events.map(
      (event): ZoneWrite => ({ resource: event.resource as Resource, expected: current?.version }),
    );
    return { writes, status: (status === 'deleted' ? 'updated' : status) as Written['status'] };
  };
  return {
    put: async (put) => {
      const { writes, status } = decided(put);
      for (const { resource, expected } of writes) await replica.applied(await log.put(resource, expected));
      return { status };
    },
    // The log keeps no keys of requests: one that comes again finds what it wants there, and changes nothing.
    putAll: async ({ puts, precondition }) => {
      precondition();
      const all = puts.map(decided);
      const writes = all.flatMap((one) => one.writes);
      if (writes.length > MAX_BATCH)
        throw new BadRequest(`a zone takes changes of at most ${MAX_BATCH} resources, these are ${writes.length}`);
      if (writes.length > 0) await replica.applied(await log.putAll(writes));
      return { statuses: all.map(({ status }) => status) };
    },
    delete: async ({ key }) => {
      await replica.applied(await log.delete(key));
      return {};
    },
  };
}
