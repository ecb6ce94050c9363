import { canonicalJson } from '../resource/json.ts';
import { keyOf, type Resource, type ResourceKey } from '../resource/resource.ts';
import type { NewEvent } from './event.ts';

/** What somebody wants of one resource. */
export type Command =
  | {
      readonly kind: 'put';
      /** Parsed and checked, labels computed. Its creation time counts only when it is new. */
      readonly resource: Resource;
      /** Version the author saw; absent: whatever is there when it is decided. */
      readonly expectedVersion?: number | undefined;
    }
  | { readonly kind: 'delete'; readonly key: ResourceKey; readonly expectedVersion?: number | undefined };

/** What is there now. */
export interface Current {
  readonly resource: Resource;
  readonly version: number;
}

export type Status = 'created' | 'updated' | 'unchanged' | 'deleted';

export interface Decision {
  /** Empty when there is nothing to do. */
  readonly events: readonly NewEvent[];
  readonly status: Status;
}

/**
 * What a command means upon the current state. A PUT of equal labels and spec changes nothing and makes no event; where Kuma
 * moves the modification time, we do not. A status is kept, since it is the control plane's own. A delete of what is not
 * there is `unchanged`.
 * @param at RFC 3339, the modification time of the result.
 */
export function decide(command: Command, current: Current | undefined, at: string): Decision {
  return command.kind === 'put' ? decidePut(command, current, at) : decideDelete(command, current);
}

function decidePut(
  { resource, expectedVersion }: Extract<Command, { kind: 'put' }>,
  current: Current | undefined,
  at: string,
): Decision {
  const key = keyOf(resource);
  if (!current) {
    const created = { ...resource, creationTime: at, modificationTime: at };
    return {
      status: 'created',
      events: [{ type: 'ResourceCreated', key, resource: created, expectedVersion: expectedVersion ?? 0 }],
    };
  }
  const status = resource.status ?? current.resource.status;
  const updated: Resource = {
    ...resource,
    creationTime: current.resource.creationTime,
    modificationTime: at,
    ...(status === undefined ? {} : { status }),
  };
  if (content(updated) === content(current.resource)) return { status: 'unchanged', events: [] };
  return {
    status: 'updated',
    events: [{ type: 'ResourceUpdated', key, resource: updated, expectedVersion: expectedVersion ?? current.version }],
  };
}

function decideDelete(
  { key, expectedVersion }: Extract<Command, { kind: 'delete' }>,
  current: Current | undefined,
): Decision {
  if (!current) return { status: 'unchanged', events: [] };
  return {
    status: 'deleted',
    events: [
      { type: 'ResourceDeleted', key: keyOf(key), resource: null, expectedVersion: expectedVersion ?? current.version },
    ],
  };
}

function content({ labels, spec, status }: Resource): string {
  return canonicalJson({ labels, spec, status });
}
