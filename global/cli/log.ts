import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { type Format, formatOption, render } from './output.ts';
import { table } from './table.ts';
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
});

const logPage = z.looseObject({ items: z.array(logEvent) });

export type ShownEvent = z.infer<typeof logEvent>;

interface LogFlags extends ConnectionFlags {
  readonly follow?: boolean;
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
    .option('--type <type>', 'only resources of this type, as MeshTimeout')
    .option('--name <name>', 'only resources of this name')
    .option('-m, --mesh <name>', 'only resources of this mesh')
    .addOption(new Option('--limit <n>', 'the newest so many').default(20).argParser(Number))
    .addOption(formatOption())
    .action(async (flags: LogFlags) => {
      const connection = connectionOf(flags, deps);
      const filter = { type: flags.type, name: flags.name, mesh: flags.mesh };
      const { items } = logPage.parse(await connection.get('/log', { ...filter, limit: flags.limit, order: 'desc' }));
      const newest = items.toSorted((a, b) => a.position - b.position);
      if (flags.output !== 'table') deps.out(`${render(newest, flags.output)}\n`);
      else deps.out(`${logTable(newest)}\n`);
      if (!flags.follow) return;
      for await (const event of follow(connection, newest.at(-1)?.position ?? 0, filter)) {
        deps.out(`${flags.output === 'table' ? eventLine(event) : render(event, flags.output)}\n`);
      }
    });
}

/** Events after a position as they are written, for ever: one JSON text a line. */
export async function* follow(
  connection: Connection,
  after: number,
  filter: Readonly<Record<string, string | undefined>>,
): AsyncIterable<ShownEvent> {
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

export function logTable(events: readonly ShownEvent[]): string {
  return table(['POSITION', 'AT', 'EVENT', 'TYPE', 'MESH', 'NAME', 'VERSION', 'BY', 'WHY'], events.map(cells));
}

/** One event on one line, for following, where columns cannot be known beforehand. */
export function eventLine(event: ShownEvent): string {
  return cells(event).filter(Boolean).join('  ');
}
