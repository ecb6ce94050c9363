import type { Author, LogEvent, NewEvent } from '../../shared/event/event.ts';
import type { Resource, ResourceKey } from '../../shared/resource/resource.ts';
import type { SecretSealer, WrappedDataKey } from '../secret/secretSealer.ts';

/** What the commands need of the event log. */
interface CommandLog {
  append(change: {
    readonly id: string;
    readonly by: Author;
    readonly events: readonly NewEvent[];
    readonly needs?: readonly ResourceKey[];
    readonly empties?: readonly string[];
    readonly dataKeys?: readonly WrappedDataKey[];
    readonly idempotency?: { readonly key: string; readonly requestHash: string };
  }): Promise<readonly LogEvent[]>;
  /** What was appended under an idempotency key, if anything was. @throws IdempotencyKeyReused for another request */
  answered(idempotency: {
    readonly key: string;
    readonly requestHash: string;
  }): Promise<readonly LogEvent[] | undefined>;
  current(key: ResourceKey): Promise<{ readonly resource: Resource; readonly version: number } | undefined>;
  list(type: string, mesh?: string): Promise<readonly { readonly resource: Resource; readonly version: number }[]>;
  listAll(): Promise<readonly { readonly key: ResourceKey; readonly version: number }[]>;
}

export type CommandDeps = {
  readonly log: CommandLog;
  readonly sealer: SecretSealer;
  readonly now: () => Date;
  readonly newId: () => string;
  /** The labels of a policy that the control plane makes itself; absent: as on global, where it adds none. */
  readonly labelsOf?: (policy: Resource) => Resource['labels'];
};
