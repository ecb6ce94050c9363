import { z } from 'zod';
import { CliError } from '../cliError.ts';
import { ApiError, type Connection } from '../connection.ts';

const logEvent = z.looseObject({
  position: z.number(),
  /** Those of one change follow each other: `index` counts from 0. */
  change: z.looseObject({ id: z.string(), index: z.number(), size: z.number() }),
  type: z.enum(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']),
  key: z.looseObject({ type: z.string(), mesh: z.string(), name: z.string() }),
  version: z.number(),
  /** RFC 3339 */
  at: z.string(),
  by: z.looseObject({
    user: z.string(),
    source: z.string().optional(),
    client: z.string().optional(),
    message: z.string().optional(),
  }),
  /** As it was from then on, without what a secret holds; `null`: deleted, or written by a newer version. */
  resource: z.record(z.string(), z.unknown()).nullish(),
});

/** An event of the policy log, as `GET /log` shows it. */
export type ShownEvent = z.infer<typeof logEvent>;

export type EventKey = ShownEvent['key'];

const logPage = z.looseObject({ items: z.array(logEvent) });

/** Query of `GET /log`. */
export type LogQuery = NonNullable<Parameters<Connection['get']>[1]>;

/** One page of the log. @throws CliError where there is none (Kuma's control planes, and zones) */
export async function readLog(connection: Connection, query: LogQuery): Promise<readonly ShownEvent[]> {
  return logPage.parse(await connection.get('/log', query).catch(noLog)).items;
}

/** @param line one JSON text of what `GET /log?follow=true` sends */
export function eventOf(line: string): ShownEvent {
  return logEvent.parse(JSON.parse(line));
}

const PAGE = 1000;

/** Events after a position, oldest first, page by page. @throws CliError as of `readLog` */
export async function* eventsAfter(
  connection: Connection,
  position: number,
  filter: LogQuery = {},
): AsyncIterable<ShownEvent> {
  for (let after: number | undefined = position; after !== undefined; ) {
    const items = await readLog(connection, { ...filter, after, order: 'asc', limit: PAGE });
    yield* items;
    after = items.length < PAGE ? undefined : items.at(-1)?.position;
  }
}

/** The newest event of a resource, or the newest before a position. */
export async function lastEvent(
  connection: Connection,
  { type, mesh, name }: EventKey,
  before?: number,
): Promise<ShownEvent | undefined> {
  const query = { type, mesh: mesh || undefined, name, before, order: 'desc', limit: 1 };
  return (await readLog(connection, query))[0];
}

/** What a resource was after an event; `undefined`: it was not there. @throws CliError when a newer version wrote it */
export function resourceAfter(event: ShownEvent | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!event || event.type === 'ResourceDeleted') return undefined;
  if (event.resource) return event.resource;
  throw new CliError(`position ${event.position} was written by a newer version than this control plane's`);
}

function noLog(cause: unknown): never {
  if (cause instanceof ApiError && cause.status === 404)
    throw new CliError('this control plane has no log of what was: ask the global one');
  throw cause;
}
