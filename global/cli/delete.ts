import type { Command } from 'commander';
import { fetchCatalog, findType, itemPath } from './catalog.ts';
import { CliError } from './cliError.ts';
import { ApiError } from './connection.ts';
import { notFound } from './get.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from './verb.ts';

interface DeleteFlags extends ConnectionFlags {
  readonly mesh: string;
  readonly message?: string;
}

/** `meridian delete TYPE NAME`. */
export function deleteCommand(deps: CliDeps): Command {
  return verb('delete', deps)
    .description('delete a resource')
    .argument('<type>')
    .argument('<name>')
    .addOption(meshOption())
    .option('--message <text>', 'why: kept in the log with the change')
    .action(async (word: string, name: string, flags: DeleteFlags) => {
      const connection = connectionOf(flags, deps);
      const type = findType(await fetchCatalog(connection), word);
      const options = flags.message ? { query: { message: flags.message } } : {};
      await connection.send('DELETE', itemPath(type, flags.mesh, name), options).catch((cause: unknown) => {
        if (cause instanceof ApiError && cause.status === 404)
          throw new CliError(notFound(type, flags.mesh, name, cause));
        throw cause;
      });
      deps.out(`deleted ${type.name} "${name}"\n`);
    });
}
