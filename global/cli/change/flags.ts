import { type Command, Option } from 'commander';
import { seconds } from '../numberOf.ts';
import { type Format, formatOption } from '../output.ts';
import type { ConnectionFlags } from '../verb.ts';

/** Flags of a verb that makes a change of several resources. */
export interface ChangeFlags extends ConnectionFlags {
  readonly message?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout: number;
  readonly output: Format;
}

/** `--dry-run`, `--yes`, `--wait`, `--wait-timeout`, `-o`; `--message` is the verb's, as `-m` means a mesh with some. */
export function withChangeFlags(command: Command): Command {
  return command
    .option('--dry-run', 'only show what it would change, in resources and in proxies')
    .option('-y, --yes', 'do not ask before')
    .option('--wait', 'return when every proxy that it concerns has it, in all zones that are connected')
    .addOption(new Option('--wait-timeout <seconds>', 'wait so long').default(60).argParser(seconds))
    .addOption(formatOption());
}
