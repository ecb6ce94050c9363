import { keyText, type ResourceKey } from '../../shared/resource/resource.ts';

/** Somebody changed the resource since it was read: nothing of the change was written. */
export class VersionConflict extends Error {
  override name = 'VersionConflict';
  readonly key: ResourceKey;

  constructor(key: ResourceKey) {
    super(`${keyText(key)} was changed by somebody else meanwhile; read it again and retry`);
    this.key = key;
  }
}

/** The database cannot be reached now: nothing was written. The caller may try again. */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable';

  constructor(cause: unknown) {
    super(`the event log cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}; try again`, {
      cause,
    });
  }
}
