import type { Command } from 'commander';
import { z } from 'zod';
import { fetchCatalog, findType, itemPath } from './catalog.ts';
import { proxiesText, triedProxies } from './change/proxiesText.ts';
import { CliError } from './cliError.ts';
import type { Connection } from './connection.ts';
import { nameArgument, typeArgument } from './completion/places.ts';
import { notFound } from './notFound.ts';
import { type Format, formatOption, render } from './output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, meshOption, verb } from './verb.ts';

interface DeleteFlags extends ConnectionFlags {
  readonly mesh: string;
  readonly message?: string;
  readonly dryRun?: boolean;
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
    .option('--dry-run', 'only show which proxies would get another configuration')
    .addOption(formatOption())
    .action(async (word: string, name: string, flags: DeleteFlags) => {
      const connection = connectionOf(flags, deps);
      const type = findType(await fetchCatalog(connection), word);
      if (flags.dryRun) await requireDryRuns(connection);
      const query = { message: flags.message, ...(flags.dryRun && { dryRun: 'true', size: 1000 }) };
      const asked = { type, mesh: flags.mesh, name };
      const missing = async (cause: unknown) => Promise.reject(await notFound(connection, asked, cause));
      const { body } = await connection.send('DELETE', itemPath(type, flags.mesh, name), { query }).catch(missing);
      if (flags.dryRun) return deps.out(`${triedText(body, flags.output)}\n`);
      if (flags.output === 'table') return deps.out(`deleted ${type.name} "${name}"\n`);
      const where = type.scope === 'Mesh' ? { mesh: flags.mesh } : {};
      deps.out(`${render({ type: type.name, ...where, name, status: 'deleted' }, flags.output)}\n`);
    });
}

const index = z.looseObject({ meridian: z.string().optional() });

/** Kuma would take the deletion, and not look at what it is asked for besides. @throws CliError */
async function requireDryRuns(connection: Connection): Promise<void> {
  if (index.parse(await connection.get('/')).meridian === undefined)
    throw new CliError('this control plane has no dry run; nothing was deleted');
}

const tried = z.looseObject({ dryRun: z.looseObject({ proxies: triedProxies }) });

function triedText(body: unknown, output: Format): string {
  const { dryRun } = tried.parse(body);
  return output === 'table' ? proxiesText(dryRun.proxies) : render(dryRun, output);
}
