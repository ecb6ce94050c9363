import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import type { Changed, View } from '../../shared/view/view.ts';

/** Changes that were applied together, in order: one change of the policy log, or one message of a zone log. */
export interface Applied {
  readonly changes: readonly Changed[];
  /** Position of the policy log after it; unchanged by zone messages. */
  readonly position: number;
  /** Id of the change and its commit time (RFC 3339), for policy changes: what rollout and propagation are counted by. */
  readonly change?: { readonly id: string; readonly at: string };
}

/** The zone's copy of everything it needs: policy log, own zone log, the other zones' ingresses. */
export interface Replica {
  readonly view: View;
  /** Position of the policy log that the view stands at; 0: nothing yet. */
  position(): number;
  /** Hex digest of the policy part of the view at that position. */
  digest(): string;
  /** False until the first fill is complete (from the own copy or from the stream): do not serve before. */
  ready(): boolean;
  /** Calls back after each application, synchronously. Returns the function that ends it. */
  onApplied(listener: (applied: Applied) => void): () => void;
  /** Resolves when the view holds the zone-log message of that sequence (read your writes). */
  applied(zoneSequence: number): Promise<void>;
}

/** Writes to the zone's own log, the only log a zone may write. */
export interface ZoneLog {
  /**
   * @param expected sequence of the last message on that subject, 0: there must be none; omitted: last writer wins.
   * @returns the stream sequence. @throws StaleWrite when `expected` does not hold.
   */
  put(resource: Resource, expected?: number): Promise<number>;
  /** @param expected as of `put`. @throws StaleWrite */
  delete(key: ResourceKey, expected?: number): Promise<number>;
}

/** One of several resources that are written together; `expected` as of `ZoneLog.put`. */
export interface ZoneWrite {
  readonly resource: Resource;
  readonly expected?: number | undefined;
}

/** A zone log that takes changes of several resources. */
export interface ZoneChangeLog extends ZoneLog {
  /**
   * All of them or none, each of another key.
   * @returns the sequence of the last one. @throws StaleWrite when one expectation does not hold.
   */
  putAll(writes: readonly ZoneWrite[]): Promise<number>;
}

/** Somebody wrote that subject meanwhile: read again and decide anew. */
export class StaleWrite extends Error {
  override name = 'StaleWrite';
}
