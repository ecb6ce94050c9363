import type { ResourceDescriptor } from '../../shared/resource/descriptor.ts';
import type { ResourceWriter } from '../../shared/rest/ports.ts';
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
    delete: async (removal) => seen(await homeOf(removal.descriptor).delete(removal)),
  };
}
