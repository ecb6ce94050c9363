import type { ResourceDescriptor } from '../../shared/resource/descriptor.ts';
import type { ResourceWriter, Written } from '../../shared/rest/ports.ts';
import type { ZoneWriter } from '../../zone/store/resourceWriter.ts';
import type { LocalReplica } from './localReplica.ts';

type Deps = {
  /** Writes to the policy log: what a global control plane may write. */
  readonly policies: ResourceWriter;
  /** Writes to the zone log: Dataplanes, ingresses. */
  readonly zone: ZoneWriter;
  readonly replica: Pick<LocalReplica, 'reached'>;
};

/** Every type goes to the log that it would go to with global and zone apart, so that they can be parted later. */
export function standaloneWriter({ policies, zone, replica }: Deps): ResourceWriter {
  const homeOf = ({ writable }: ResourceDescriptor) => (writable.global ? policies : zone);
  const seen = async <W extends { readonly position?: number }>(written: W): Promise<W> => {
    await replica.reached(written.position ?? 0);
    return written;
  };
  return {
    put: async (put) => seen(await homeOf(put.descriptor).put(put)),
    // Two changes, one of each log: what belongs to the zone's follows, all of it checked before.
    putAll: async ({ puts, removals = [], author, precondition, idempotency }) => {
      const ofPolicies = puts.filter(({ descriptor }) => descriptor.writable.global);
      const together = await policies.putAll?.({
        puts: ofPolicies,
        removals,
        author,
        precondition,
        ...(idempotency && { idempotency }),
      });
      if (!together) throw new Error('the policy log takes changes of several resources');
      const { statuses, ...place } = await seen(together);
      const ofZone = puts.filter(({ descriptor }) => !descriptor.writable.global);
      const followed = await zone.putAll({ puts: ofZone, author, precondition: () => {} });
      const next = { policies: statuses.values(), zone: followed.statuses.values() };
      const inOrder = puts.map(
        ({ descriptor }) => (descriptor.writable.global ? next.policies : next.zone).next().value,
      );
      return { ...place, statuses: inOrder as Written['status'][] };
    },
    delete: async (removal) => seen(await homeOf(removal.descriptor).delete(removal)),
  };
}
