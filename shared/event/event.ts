import type { Resource, ResourceKey } from '../resource/resource.ts';

export type EventType = 'ResourceCreated' | 'ResourceUpdated' | 'ResourceDeleted';

/** Version of the event's form. Raised only when an old reader could not cope; `upcast` brings old ones up. */
export const EVENT_SCHEMA = 1;

/** Who wanted a change, from where, with which client, and why. */
export interface Author {
  /** `name/group,group`, as in Kuma's access messages; a control plane names itself `system`. */
  readonly user: string;
  /** Address of the caller. */
  readonly source: string;
  /** `User-Agent`. */
  readonly client: string;
  /** The optional reason, as in a commit. */
  readonly message?: string;
}

/**
 * A fact of the policy log: the whole resource after the change (`null` when it was deleted). Events with one `change`
 * were written together and are applied together.
 */
export interface LogEvent {
  /** Place in the log: 1, 2, 3… without gaps, in commit order. Equals the JetStream sequence of its message. */
  readonly position: number;
  readonly id: string;
  readonly change: { readonly id: string; readonly index: number; readonly size: number };
  readonly type: EventType;
  /** Version of the form that `resource` is in, as it was written. */
  readonly schema: number;
  readonly key: ResourceKey;
  /** 1 for the first event of a resource; goes on through delete and re-creation. */
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  readonly by: Author;
  /** What is published and what digests are made of; who computes with it brings it into today's form (`upcastEvent`). */
  readonly resource: Resource | null;
}

/** An event that is decided but not yet in the log: no position, no version, no time. */
export interface NewEvent {
  readonly type: EventType;
  readonly key: ResourceKey;
  readonly resource: Resource | null;
  /** Version it was decided upon, 0 for "must not exist"; `null`: whatever is there, it wins. */
  readonly expectedVersion: number | null;
}
