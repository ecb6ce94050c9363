import type { ResourceDescriptor } from '../../shared/resource/descriptor.ts';
import type { ResourceWriter, Written } from '../../shared/rest/ports.ts';
import type { LocalReplica } from './localReplica.ts';

type Deps = {
  /** Writes to the policy log: what a global control plane may write. */
  readonly policies: ResourceWriter;
  /** Writes to the zone log: Dataplanes, ingresses. */
  readonly zone: ResourceWriter;
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
    // One change of what belongs to the policy log; what belongs to the zone's follows, all of it checked before.
    putAll: async ({ puts, author, precondition, idempotency }) => {
      const ofPolicies = puts.filter(({ descriptor }) => descriptor.writable.global);
      const together = await policies.putAll?.({
        puts: ofPolicies,
        author,
        precondition,
        ...(idempotency && { idempotency }),
      });
      if (!together) throw new Error('the policy log takes changes of several resources');
      const { statuses, ...place } = await seen(together);
      const all: Written['status'][] = [];
      const known = [...statuses];
      for (const put of puts) {
        const isPolicy = put.descriptor.writable.global;
        all.push(isPolicy ? (known.shift() as Written['status']) : (await zone.put({ ...put, author })).status);
      }
      return { ...place, statuses: all };
    },
    delete: async (removal) => seen(await homeOf(removal.descriptor).delete(removal)),
  };
}
