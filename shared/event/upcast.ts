import type { Resource } from '../resource/resource.ts';
import { EVENT_SCHEMA, type LogEvent } from './event.ts';

/** Turns the data of an event of one schema version into the next one's. */
type Upcaster = (data: unknown) => unknown;

/** By the version that they read. */
export type Upcasters = Readonly<Record<number, Upcaster>>;

/** Empty as long as there is only one version. */
const UPCASTERS: Upcasters = {};

/**
 * Brings stored data to today's form, one version at a time; events themselves are never rewritten.
 * @throws Error for a version that is newer than this build.
 */
export function upcast(schema: number, data: unknown, upcasters = UPCASTERS, target = EVENT_SCHEMA): unknown {
  if (schema > target) throw new Error(`the event has schema ${schema}, this version reads up to ${target}`);
  let current = data;
  for (let version = schema; version < target; version++) {
    const step = upcasters[version];
    if (!step) throw new Error(`there is no way from event schema ${version} to ${version + 1}`);
    current = step(current);
  }
  return current;
}

/** An event with its resource in today's form, for who computes with it. @throws Error as of `upcast` */
export function upcastEvent<E extends Pick<LogEvent, 'schema' | 'resource'>>(event: E): E {
  if (event.schema === EVENT_SCHEMA || event.resource === null) return event;
  return { ...event, schema: EVENT_SCHEMA, resource: upcast(event.schema, event.resource) as Resource };
}
