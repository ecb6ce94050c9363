import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { ResourceType } from './catalog.ts';
import { CliError } from './cliError.ts';
import { ApiError, type Connection } from './connection.ts';

/** A place in the policy log, or a time in milliseconds since 1970. */
export type Moment = { readonly position: number } | { readonly time: number };

/** Value of `--at`: `41`, or `2026-11-22T10:00:00Z`. */
export function moment(text: string): Moment {
  if (/^\d+$/.test(text)) return { position: Number(text) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It has to be a position of the log as 41, or a time as 2026-11-22T10:00:00Z.');
  return { time };
}

const page = z.looseObject({
  items: z.array(
    z.looseObject({
      position: z.number(),
      type: z.string(),
      at: z.string(),
      key: z.looseObject({ name: z.string() }),
      resource: z.unknown(),
    }),
  ),
});

const PAGE = 1000;

interface Asked {
  readonly type: ResourceType;
  readonly mesh: string;
  /** Absent: all of them. */
  readonly name: string | undefined;
}

/**
 * What there was of a type, in order of name: its events of the policy log up to then, folded. What zones write is not in that log.
 * @throws CliError where there is no log (Kuma's control planes, and zones), or when it cannot be read by the control plane
 */
export async function resourcesAt(
  connection: Connection,
  { type, mesh, name }: Asked,
  when: Moment,
): Promise<readonly unknown[]> {
  const there = new Map<string, unknown>();
  const filter = { type: type.name, mesh: type.scope === 'Mesh' ? mesh : undefined, name };
  for (let after = 0; ; ) {
    const query = { ...filter, after, order: 'asc', limit: PAGE };
    const { items } = page.parse(await connection.get('/log', query).catch(noLog));
    const wanted = items.filter(({ position, at }) =>
      'time' in when ? Date.parse(at) <= when.time : position <= when.position,
    );
    for (const { type: event, key, position, resource } of wanted) {
      if (event === 'ResourceDeleted') there.delete(key.name);
      else if (resource) there.set(key.name, resource);
      else throw new CliError(`position ${position} was written by a newer version than this control plane's`);
    }
    if (items.length < PAGE || wanted.length < items.length) break;
    after = items.at(-1)?.position ?? after;
  }
  return [...there].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
}

function noLog(cause: unknown): never {
  if (cause instanceof ApiError && cause.status === 404)
    throw new CliError('this control plane has no log of what was: ask the global one');
  throw cause;
}
