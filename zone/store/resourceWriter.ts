import { decide } from '../../shared/event/decide.ts';
import type { Resource } from '../../shared/resource/resource.ts';
import type { ResourceWriter } from '../../shared/rest/ports.ts';
import type { View } from '../../shared/view/view.ts';
import type { Replica, ZoneLog } from '../replica/ports.ts';

type Deps = {
  readonly view: View;
  readonly zone: string;
  readonly log: ZoneLog;
  readonly replica: Pick<Replica, 'applied'>;
  readonly now: () => Date;
};

/** Writes of the zone's REST API into the zone's own log: its Dataplanes, ingresses and policies of its own (D1). */
export function resourceWriter({ view, zone, log, replica, now }: Deps): ResourceWriter {
  return {
    put: async ({ resource, existing }) => {
      const current = view.get(resource, zone);
      const { events, status } = decide(
        { kind: 'put', resource, expectedVersion: existing?.version },
        current,
        now().toISOString(),
      );
      const [event] = events;
      if (event) {
        // After a deletion the subject's last message is the tombstone, so "there was none" cannot be asked for by its sequence.
        const sequence = await log.put(event.resource as Resource, current?.version);
        await replica.applied(sequence);
      }
      return { status: status === 'deleted' ? 'updated' : status };
    },
    delete: async ({ key }) => {
      await replica.applied(await log.delete(key));
      return {};
    },
  };
}
