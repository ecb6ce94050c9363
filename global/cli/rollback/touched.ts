import { CliError } from '../cliError.ts';
import type { Connection } from '../connection.ts';
import { describe } from '../change/change.ts';
import { type EventKey, eventsAfter, lastEvent, type LogQuery, resourceAfter, type ShownEvent } from '../log/event.ts';

/** A resource that events are of which are to be taken back. */
export interface Touched {
  readonly key: EventKey;
  /** Its newest event. */
  readonly last: ShownEvent;
  /** As it was before; absent: it was not there. */
  readonly was: Readonly<Record<string, unknown>> | undefined;
}

/** What a rollback is about; without anything: all that the log has. */
export interface Scope {
  /** All of a mesh, and the mesh itself. */
  readonly mesh?: string | undefined;
  readonly resource?: EventKey | undefined;
}

const idOf = ({ type, mesh, name }: EventKey) => JSON.stringify([type, mesh, name]);

/** Every resource that something happened to after a position, in order of its first event since then. @throws CliError */
export async function touchedSince(connection: Connection, position: number, scope: Scope): Promise<Touched[]> {
  const touched = new Map<string, { readonly first: ShownEvent; readonly last: ShownEvent }>();
  for await (const event of eventsAfter(connection, position, filterOf(scope))) {
    if (!isIn(event.key, scope)) continue;
    const id = idOf(event.key);
    touched.set(id, { first: touched.get(id)?.first ?? event, last: event });
  }
  const all: Touched[] = [];
  for (const { first, last } of touched.values())
    all.push({ key: last.key, last, was: await before(connection, first) });
  return all;
}

/** Every resource of a change, as it was before. @throws CliError when one of them was changed again since then */
export async function touchedBy(connection: Connection, events: readonly ShownEvent[]): Promise<Touched[]> {
  const all: Touched[] = [];
  const later: string[] = [];
  for (const event of events) {
    const last = await lastEvent(connection, event.key);
    if (last && last.position !== event.position) later.push(againText(last));
    all.push({ key: event.key, last: last ?? event, was: await before(connection, event) });
  }
  if (later.length === 0) return all;
  throw new CliError(
    [
      'nothing was undone: since then there were other changes of the same. Undo those first, or go back with --to',
      ...later.map((one) => `* ${one}`),
    ].join('\n'),
  );
}

function againText({ key, position, by, at }: ShownEvent): string {
  return `${describe({ ...key, mesh: key.mesh || undefined })}: position ${position}, by ${by.user.split('/')[0]} at ${at}`;
}

async function before(connection: Connection, event: ShownEvent): Promise<Touched['was']> {
  if (event.type === 'ResourceCreated') return undefined;
  return resourceAfter(await lastEvent(connection, event.key, event.position));
}

function filterOf({ resource }: Scope): LogQuery {
  return resource ? { type: resource.type, mesh: resource.mesh || undefined, name: resource.name } : {};
}

function isIn(key: EventKey, { mesh }: Scope): boolean {
  return mesh === undefined || key.mesh === mesh || (key.type === 'Mesh' && key.name === mesh);
}
