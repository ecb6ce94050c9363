import { type Command, Option } from 'commander';
import { collectionPath, fetchCatalog, findType, itemPath, type ResourceType } from '../catalog.ts';
import { nameArgument, typeArgument } from '../completion/places.ts';
import { CliError } from '../cliError.ts';
import type { Connection } from '../connection.ts';
import { resourcesAt } from '../log/asOf.ts';
import { type Moment, moment } from '../log/moment.ts';
import { fetchPage } from '../list.ts';
import { fetchInMesh, inKnownMesh, notFound } from '../notFound.ts';
import { whole } from '../numberOf.ts';
import { render } from '../output.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';
import { resourceTable } from './columns.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

interface GetFlags extends ConnectionFlags, ShowFlags {
  readonly mesh: string;
  readonly size?: number;
  readonly offset?: string;
  readonly at?: Moment;
}

/** `meridian get TYPE [NAME]`: the resources as they are now, or as they were. */
export function getCommand(deps: CliDeps): Command {
  return withShowFlags(verb('get', deps))
    .description('show resources')
    .addArgument(typeArgument('meshtimeouts, MeshTimeout, mt…; `meridian get types` lists them'))
    .addArgument(nameArgument('[name]'))
    .addOption(meshOption())
    .addOption(new Option('--size <number>', 'one page of so many, at most 1000; else all').argParser(whole(0)))
    .option('--offset <place>', 'the page that begins there, as the one before said')
    .addOption(
      new Option('--at <when>', 'as it was at a position of the policy log (41), or at a time (2026-11-22T10:00:00Z)')
        .argParser(moment)
        .conflicts(['watch', 'size', 'offset']),
    )
    .action(async (word: string, name: string | undefined, flags: GetFlags) => {
      const connection = connectionOf(flags, deps);
      const catalog = await fetchCatalog(connection);
      if (word === 'types')
        return deps.out(`${flags.output === 'table' ? typesTable(catalog) : render(catalog, flags.output)}\n`);
      const type = findType(catalog, word);
      if (flags.size !== undefined || flags.offset !== undefined) {
        if (name !== undefined || flags.watch)
          throw new CliError('--size and --offset are of a list that is shown once, without a name or --watch');
        return getPage(connection, type, flags, deps);
      }
      const { at } = flags;
      const list = {
        read: async () => {
          if (at !== undefined) return readAt(connection, { type, mesh: flags.mesh, name }, at);
          if (name === undefined) return fetchInMesh(connection, flags.mesh, collectionPath(type, flags.mesh));
          const asked = { type, mesh: flags.mesh, name };
          const missing = async (cause: unknown) => Promise.reject(await notFound(connection, asked, cause));
          return [await connection.get(itemPath(type, flags.mesh, name)).catch(missing)];
        },
        table: (items: readonly unknown[]) => resourceTable(type, items, deps.now()),
        ...(name !== undefined && { whole: ([item]: readonly unknown[]) => item }),
      };
      await showList(deps, flags, list);
    });
}

async function readAt(connection: Connection, asked: Parameters<typeof resourcesAt>[1], at: Moment) {
  const found = await resourcesAt(connection, asked, at);
  if (asked.name !== undefined && found.length === 0)
    throw new CliError(`the log had no ${asked.type.name} "${asked.name}" then; what zones write is not in it`);
  return found;
}

/** One page, and how to come to the next, in kumactl's words. */
async function getPage(connection: Connection, type: ResourceType, flags: GetFlags, deps: CliDeps): Promise<void> {
  const { mesh, size, offset, output } = flags;
  const page = fetchPage(connection, collectionPath(type, mesh), { size: size || undefined, offset });
  const { items, total, offset: next } = await inKnownMesh(connection, mesh, page);
  if (output !== 'table') return deps.out(`${render({ total, items, next: next ?? null }, output)}\n`);
  deps.out(`${resourceTable(type, items, deps.now())}\n`);
  if (next !== undefined) deps.out(`\nRerun command with --offset=${next} argument to retrieve more resources\n`);
}

function typesTable(catalog: readonly ResourceType[]): string {
  return table(
    ['TYPE', 'PATH', 'SHORT', 'SCOPE'],
    catalog.map((type) => [type.name, type.path, type.shortName ?? '', type.scope]),
  );
}
