import type { Command } from 'commander';
import { fetchCatalog, findType, itemPath } from './catalog.ts';
import { nameArgument, typeArgument } from './completion/places.ts';
import { notFound } from './notFound.ts';
import { type Format, formatOption, render } from './output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from './verb.ts';

interface DeleteFlags extends ConnectionFlags {
  readonly mesh: string;
  readonly message?: string;
  readonly output: Format;
}

/** `meridian delete TYPE NAME`. */
export function deleteCommand(deps: CliDeps): Command {
  return verb('delete', deps)
    .description('delete a resource')
    .addArgument(typeArgument())
    .addArgument(nameArgument())
    .addOption(meshOption())
    .option('--message <text>', 'why: kept in the log with the change')
    .addOption(formatOption())
    .action(async (word: string, name: string, flags: DeleteFlags) => {
      const connection = connectionOf(flags, deps);
      const type = findType(await fetchCatalog(connection), word);
      const options = flags.message ? { query: { message: flags.message } } : {};
      const asked = { type, mesh: flags.mesh, name };
      const missing = async (cause: unknown) => Promise.reject(await notFound(connection, asked, cause));
      await connection.send('DELETE', itemPath(type, flags.mesh, name), options).catch(missing);
      if (flags.output === 'table') return deps.out(`deleted ${type.name} "${name}"\n`);
      const where = type.scope === 'Mesh' ? { mesh: flags.mesh } : {};
      deps.out(`${render({ type: type.name, ...where, name, status: 'deleted' }, flags.output)}\n`);
    });
}
