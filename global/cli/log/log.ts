import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type Difference, shownDiff } from '../../shared/rest/change/resourceDiff.ts';
import { differencesText } from './apply/diffText.ts';
import { CliError } from './cliError.ts';
import { ApiError, type Connection } from './connection.ts';
import { whole } from './numberOf.ts';
import { type Format, formatOption, render } from './output.ts';
import { table } from './table.ts';
import { paintOf } from './terminal.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

const logEvent = z.looseObject({
  position: z.number(),
  type: z.enum(['ResourceCreated', 'ResourceUpdated', 'ResourceDeleted']),
  key: z.looseObject({ type: z.string(), mesh: z.string(), name: z.string() }),
  version: z.number(),
  at: z.string(),
  by: z.looseObject({
    user: z.string(),
    source: z.string().optional(),
    client: z.string().optional(),
    message: z.string().optional(),
  }),
  resource: z.record(z.string(), z.unknown()).nullish(),
});

const logPage = z.looseObject({ items: z.array(logEvent) });

type ShownEvent = z.infer<typeof logEvent>;

interface LogFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly diff?: boolean;
  readonly type?: string;
  readonly name?: string;
  readonly mesh?: string;
  readonly limit: number;
  readonly output: Format;
}

/** `meridian log [--follow]`: the events of the policy log: who changed what, when and why. */
export function logCommand(deps: CliDeps): Command {
  return verb('log', deps)
    .description('the event log: who changed what, when and why')
    .option('--follow', 'go on with every event that comes')
    .option('--diff', 'show what each event changed, field by field')
    .option('--type <type>', 'only resources of this type, as MeshTimeout')
    .option('--name <name>', 'only resources of this name')
    .option('-m, --mesh <name>', 'only resources of this mesh')
    .addOption(new Option('--limit <n>', 'the newest so many').default(20).argParser(whole(1)))
    .addOption(formatOption())
    .action(async (flags: LogFlags) => {
      const connection = connectionOf(flags, deps);
      const filter = { type: flags.type, name: flags.name, mesh: flags.mesh };
      const { items } = logPage.parse(await connection.get('/log', { ...filter, limit: flags.limit, order: 'desc' }));
      const newest = items.toSorted((a, b) => a.position - b.position);
      const withDiff = async (event: ShownEvent): Promise<DiffedEvent> =>
        flags.diff ? { ...event, diff: await diffOf(connection, event) } : event;
      const shown: DiffedEvent[] = [];
      for (const event of newest) shown.push(await withDiff(event));
      const line = (event: DiffedEvent) =>
        [eventLine(event), ...differencesText(event.diff ?? [], paintOf(deps.terminal))].join('\n');
      if (flags.output !== 'table') deps.out(`${render(shown, flags.output)}\n`);
      else if (flags.diff) for (const event of shown) deps.out(`${line(event)}\n`);
      else deps.out(`${logTable(shown)}\n`);
      if (!flags.follow) return;
      for await (const event of follow(connection, newest.at(-1)?.position ?? 0, filter, deps)) {
        const next = await withDiff(event);
        deps.out(`${flags.output === 'table' ? line(next) : render(next, flags.output)}\n`);
      }
    });
}

type DiffedEvent = ShownEvent & { readonly diff?: readonly Difference[] };

/** From what the resource was before the event. What a secret holds is not told. @throws ApiError */
async function diffOf(connection: Connection, { type, key, position, resource }: ShownEvent) {
  if (type === 'ResourceDeleted') return [];
  const query = { ...key, mesh: key.mesh || undefined, before: position, order: 'desc', limit: 1 };
  const { items } = logPage.parse(await connection.get('/log', query));
  return shownDiff(items[0]?.resource ?? {}, resource ?? {});
}

const PAUSE_MS = 500;

type Filter = Readonly<Record<string, string | undefined>>;

/**
 * Events after a position as they are written, until Ctrl-C: a control plane that goes away is told, and asked again from there.
 * @throws ApiError when it refuses
 */
async function* follow(
  connection: Connection,
  after: number,
  filter: Filter,
  { err, signal }: Pick<CliDeps, 'err' | 'signal'>,
): AsyncIterable<ShownEvent> {
  let position = after;
  let told = false;
  for (;;) {
    try {
      for await (const event of stream(connection, position, filter)) {
        position = event.position;
        told = false;
        yield event;
      }
      throw new CliError(`${connection.address} does not send any more`);
    } catch (cause) {
      signal?.throwIfAborted();
      const isGone = cause instanceof ApiError ? cause.status >= 500 : !(cause instanceof z.ZodError);
      if (!isGone) throw cause;
      if (!told) err(`error: ${(cause as Error).message}\nfollowing on from position ${position} when it answers\n`);
      told = true;
      await sleep(PAUSE_MS, undefined, { ...(signal && { signal }) });
    }
  }
}

/** One JSON text a line. */
async function* stream(connection: Connection, after: number, filter: Filter): AsyncIterable<ShownEvent> {
  let rest = '';
  for await (const text of await connection.stream('/log', { ...filter, after, follow: 'true' })) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) yield logEvent.parse(JSON.parse(line));
  }
}

const VERBS = { ResourceCreated: 'created', ResourceUpdated: 'updated', ResourceDeleted: 'deleted' } as const;

/** `by.user` is `name/group,group`: the groups are left to `-o yaml`. */
function cells(event: ShownEvent): string[] {
  const { position, at, type, key, version, by } = event;
  return [
    String(position),
    at.replace(/\.\d+/, ''),
    VERBS[type],
    key.type,
    key.mesh || '-',
    key.name,
    String(version),
    by.user.split('/')[0] ?? '',
    by.message ?? '',
  ];
}

function logTable(events: readonly ShownEvent[]): string {
  return table(['POSITION', 'AT', 'EVENT', 'TYPE', 'MESH', 'NAME', 'VERSION', 'BY', 'WHY'], events.map(cells));
}

/** One event on one line, for following, where columns cannot be known beforehand. */
export function eventLine(event: ShownEvent): string {
  return cells(event).filter(Boolean).join('  ');
}
