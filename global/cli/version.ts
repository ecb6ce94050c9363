import type { Command } from 'commander';
import { z } from 'zod';
import { render } from './output.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from './verb.ts';

const index = z.looseObject({ meridian: z.string().optional(), product: z.string(), version: z.string() });

/** `meridian version`: of this program, and of the control plane when one answers. */
export function versionCommand(deps: CliDeps, own: () => Promise<string>): Command {
  return verb('version', deps)
    .description('of this program and of the control plane')
    .option('-a, --detailed', 'all that the control plane says of itself')
    .action(async (flags: ConnectionFlags & { readonly detailed?: boolean }) => {
      deps.out(`Client: Meridian ${await own()}\n`);
      const said = index.parse(await connectionOf(flags, deps).get('/'));
      if (flags.detailed) return deps.out(`Server: ${render(said, 'json')}\n`);
      const { meridian, product, version } = said;
      deps.out(
        `Server: ${meridian === undefined ? `${product} ${version}` : `Meridian ${meridian}, the contract of ${product} ${version}`}\n`,
      );
    });
}
