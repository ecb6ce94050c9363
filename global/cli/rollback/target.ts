import { InvalidArgumentError } from 'commander';
import { CliError } from '../cliError.ts';
import type { Connection } from '../connection.ts';
import { readLog, type ShownEvent } from '../log/event.ts';
import { type Moment, momentIn } from '../log/moment.ts';

/** Where to go back to: a moment, or right after a change, by its id. */
export type Target = Moment | { readonly change: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Value of `--to`. @throws InvalidArgumentError */
export function target(text: string): Target {
  const found = UUID.test(text) ? { change: text } : momentIn(text);
  if (found) return found;
  throw new InvalidArgumentError(
    'It has to be a position of the log as 41, a time as 2026-11-22T10:00:00Z, or the id of a change; `meridian log` shows positions and times.',
  );
}

/** Value of `--undo`: the id of a change, or a position that is one of its events'. @throws InvalidArgumentError */
export function changeNamed(text: string): Target {
  if (UUID.test(text)) return { change: text };
  if (/^\d+$/.test(text)) return { position: Number(text) };
  throw new InvalidArgumentError(
    'It has to be the id of a change, or a position of the log as 41; `meridian log` shows positions.',
  );
}

/** An end of the log as it once was. */
export interface Stand {
  readonly position: number;
  /** The last event up to there; absent: there was none. */
  readonly event: ShownEvent | undefined;
}

/** @throws CliError for what is not in the log, and in the middle of a change: nobody ever saw half of it */
export async function standAt(connection: Connection, to: Target): Promise<Stand> {
  if ('change' in to) {
    const last = (await eventsOf(connection, to)).at(-1);
    return { position: last?.position ?? 0, event: last };
  }
  if ('time' in to) return standAtTime(connection, to.time);
  const { position } = to;
  const [head] = await readLog(connection, { order: 'desc', limit: 1 });
  const end = head?.position ?? 0;
  if (position > end) throw new CliError(`position ${position} is not there yet: the log ends at ${end}`);
  const [event] = await readLog(connection, { before: position + 1, order: 'desc', limit: 1 });
  const { index = 0, size = 1 } = event?.change ?? {};
  if (event && index < size - 1) {
    const first = event.position - index;
    throw new CliError(
      `position ${position} is in the middle of a change: --to ${first - 1} is before it, --to ${first + size - 1} after it`,
    );
  }
  return { position, event };
}

const PAGE = 1000;

async function standAtTime(connection: Connection, time: number): Promise<Stand> {
  for (let before: number | undefined; ; ) {
    const items: readonly ShownEvent[] = await readLog(connection, { before, order: 'desc', limit: PAGE });
    const event = items.find(({ at }) => Date.parse(at) <= time);
    if (event || items.length < PAGE) return { position: event?.position ?? 0, event };
    before = items.at(-1)?.position;
  }
}

/** All events of a change, in order. @throws CliError when there is none */
export async function eventsOf(connection: Connection, named: Target): Promise<readonly ShownEvent[]> {
  const change = 'change' in named ? named.change : await changeAt(connection, named);
  const events: ShownEvent[] = [];
  for (let after = 0; ; ) {
    const items = await readLog(connection, { change, after, order: 'asc', limit: PAGE });
    events.push(...items);
    if (items.length < PAGE) break;
    after = items.at(-1)?.position ?? after;
  }
  if (events.length === 0)
    throw new CliError(`the log has no change ${change}: \`meridian rollouts\` and \`meridian log -o yaml\` show ids`);
  return events;
}

async function changeAt(connection: Connection, moment: Moment): Promise<string> {
  const position = 'position' in moment ? moment.position : 0;
  const [event] = await readLog(connection, { before: position + 1, order: 'desc', limit: 1 });
  if (event?.position === position) return event.change.id;
  throw new CliError(`the log has no event at position ${position}: \`meridian log\` shows positions`);
}
