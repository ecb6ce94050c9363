import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';

/** Somebody changed the resource since it was read: nothing of the change was written. */
export class VersionConflict extends Error {
  override name = 'VersionConflict';
  readonly key: ResourceKey;
  /** Version that the change was decided upon; 0: the resource must not exist. */
  readonly expected: number;
  /** Version that it has; 0: it does not exist. */
  readonly actual: number;

  constructor(key: ResourceKey, expected: number, actual: number) {
    super(
      `${keyText(key)} was changed by somebody else meanwhile (${said(actual)}, expected ${said(expected)}); read it again and retry`,
    );
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }
}

function said(version: number): string {
  return version === 0 ? 'absent' : `version ${version}`;
}

/**
 * The database cannot be reached now. Whether a change that was under way has been written is not known; appending it
 * again with the same id is safe.
 */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable';

  constructor(cause: unknown) {
    super(`the event log cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}; try again`, {
      cause,
    });
  }
}

/** The history that this instance knew was replaced (a restore): it looks at the log anew. Told to callers as LogUnavailable. */
export class FencedOut extends LogUnavailable {
  constructor() {
    super('another generation of the log has begun; this instance starts over');
  }
}

/** An idempotency key came again with another request: nothing was written. */
export class IdempotencyKeyReused extends Error {
  override name = 'IdempotencyKeyReused';

  constructor(key: string) {
    super(`the idempotency key "${key}" was used for another request; a new request needs a new key`);
  }
}

/** A newer version of the program wrote the resource, in a form that this one does not read: it is not shown, and not overwritten. */
export class WrittenByNewer extends Error {
  override name = 'WrittenByNewer';

  constructor(key: ResourceKey, schema: number, known: number) {
    super(
      `${keyText(key)} was written by a newer version of the program (event schema ${schema}, this one reads up to ${known}); upgrade this control plane, or ask one that is`,
    );
  }
}

/** The database refuses the change for what is in it; trying again does not help. */
export class UnstorableChange extends Error {
  override name = 'UnstorableChange';

  constructor(cause: unknown) {
    super(
      `the change cannot be stored: ${cause instanceof Error ? cause.message : String(cause)}; text must not hold U+0000 or halves of surrogate pairs`,
      { cause },
    );
  }
}
