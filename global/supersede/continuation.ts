import type { NewEvent } from '../../shared/event/event.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';

/** What the log says of a resource that zones may know otherwise. */
export interface Stand {
  readonly key: ResourceKey;
  /** In the log; 0: it never was. */
  readonly version: number;
  /** `null`: deleted, or it never was. */
  readonly resource: Resource | null;
  /** The version that zones may hold; 0: just this one was lost nowhere, and they may not have the log's. */
  readonly lostVersion: number;
}

/** Events to append, in this order. */
interface Continuation {
  /** They take the positions and versions that were published with another meaning. */
  readonly taken: readonly NewEvent[];
  /** One for each resource: above all that was published, in position and in version. */
  readonly above: readonly NewEvent[];
}

/**
 * How a log goes on whose end was lost after it was published: it says once more what it says of each resource concerned, until
 * position and version are higher than any that zones may hold. Who folds the published events then, and who folds the log,
 * come to the same state.
 * @param head of the log
 * @param published the last position that was published
 */
export function continuation(stands: readonly Stand[], head: number, published: number): Continuation {
  const taken = stands.flatMap((stand) => repeated(stand, stand.lostVersion - stand.version));
  const [first] = stands;
  if (first) taken.push(...repeated(first, published - head - taken.length));
  return { taken, above: stands.map(saidAgain) };
}

function repeated(stand: Stand, times: number): NewEvent[] {
  return Array.from({ length: Math.max(0, times) }, () => saidAgain(stand));
}

function saidAgain({ key, resource }: Stand): NewEvent {
  return { type: resource ? 'ResourceUpdated' : 'ResourceDeleted', key, resource, expectedVersion: null };
}
