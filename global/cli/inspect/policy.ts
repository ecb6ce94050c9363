import type { Command } from 'commander';
import { z } from 'zod';
import { fetchCatalog, findType, itemPath } from '../catalog.ts';
import { CliError } from '../cliError.ts';
import { nameArgument, typeArgument } from '../completion/places.ts';
import { fetchAll } from '../list.ts';
import { notFound } from '../notFound.ts';
import { table } from '../table.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from '../verb.ts';
import { showList, type ShowFlags, withShowFlags } from '../watch/showList.ts';

const ZONE_LABEL = 'kuma.io/zone';

const selected = z.looseObject({
  mesh: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
});

/** `meridian inspect TYPE NAME`: the Dataplanes that a policy selects. */
export function inspectPolicy(deps: CliDeps): Command {
  return withShowFlags(verb('policy', deps))
    .description('the proxies that a policy selects; `inspect meshtimeout NAME` is the same')
    .addArgument(typeArgument('meshtimeout, mt…'))
    .addArgument(nameArgument('[name]'))
    .addOption(meshOption())
    .option('--new-api', "kumactl's; here it is always so")
    .action(async (word: string, name: string | undefined, flags: ConnectionFlags & ShowFlags & { mesh: string }) => {
      const connection = connectionOf(flags, deps);
      const type = findType(await fetchCatalog(connection), word);
      if (!type.policy) throw new CliError(`${type.name} is no policy: it selects no proxies`);
      if (name === undefined)
        throw new CliError(`which ${type.name}? \`meridian get ${type.path} -m ${flags.mesh}\` lists them`);
      const asked = { type, mesh: flags.mesh, name };
      await showList(deps, flags, {
        read: () =>
          fetchAll(connection, `${itemPath(type, flags.mesh, name)}/_resources/dataplanes`).catch(
            async (cause: unknown) => Promise.reject(await notFound(connection, asked, cause)),
          ),
        table: selectedTable,
      });
    });
}

function selectedTable(items: readonly unknown[]): string {
  const rows = items.map((item) => {
    const { mesh, name, labels } = selected.parse(item);
    return [mesh, name, labels?.[ZONE_LABEL] ?? ''];
  });
  return table(['MESH', 'DATAPLANE', 'ZONE'], rows);
}
