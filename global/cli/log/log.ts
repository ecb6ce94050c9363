import { type Command, Option } from 'commander';
import { type Difference, shownDiff } from '../../../shared/rest/change/resourceDiff.ts';
import { fetchCatalog, findType } from '../catalog.ts';
import { differencesText } from '../change/diffText.ts';
import type { Connection } from '../connection.ts';
import { requireThere } from '../notFound.ts';
import { whole } from '../numberOf.ts';
import { type Format, formatOption, render } from '../output.ts';
import { table } from '../table.ts';
import { paintOf } from '../terminal.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';
import { lastEvent, type LogQuery, readLog, type ShownEvent } from './event.ts';
import { follow } from './follow.ts';

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
    .option('--type <type>', 'only resources of this type, by any of its names')
    .option('--name <name>', 'only resources of this name')
    .option('-m, --mesh <name>', 'only resources of this mesh')
    .addOption(new Option('--limit <n>', 'the newest so many').default(20).argParser(whole(1)))
    .addOption(formatOption())
    .action(async (flags: LogFlags) => {
      const connection = connectionOf(flags, deps);
      const filter = await filterOf(connection, flags);
      const items = await readLog(connection, { ...filter, limit: flags.limit, order: 'desc' });
      if (items.length === 0 && flags.mesh !== undefined) await requireMesh(connection, flags.mesh);
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

/** Types go by any of their names; one that this control plane does not know may be in its log all the same. */
async function filterOf(connection: Connection, { type, name, mesh }: LogFlags): Promise<LogQuery> {
  if (type === undefined) return { name, mesh };
  const isKnown = (await readLog(connection, { type, limit: 1 })).length > 0;
  return { type: isKnown ? type : findType(await fetchCatalog(connection), type).name, name, mesh };
}

/** What was deleted long ago has a history; what never was is mistyped. @throws CliError */
async function requireMesh(connection: Connection, mesh: string): Promise<void> {
  const key = { type: 'Mesh', mesh: '', name: mesh };
  if (await lastEvent(connection, key)) return;
  await requireThere(connection, { ...key, type: findType(await fetchCatalog(connection), key.type) });
}

type DiffedEvent = ShownEvent & { readonly diff?: readonly Difference[] };

/** From what the resource was before the event. What a secret holds is not told. @throws ApiError */
async function diffOf(connection: Connection, { type, key, position, resource }: ShownEvent) {
  if (type === 'ResourceDeleted') return [];
  const before = await lastEvent(connection, key, position);
  return shownDiff(before?.resource ?? {}, resource ?? {});
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
