import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { fetchCatalog } from '../catalog.ts';
import { CliError } from '../cliError.ts';
import { addKeyValues } from '../keyValues.ts';
import { seconds } from '../numberOf.ts';
import { type Format, formatOption, render } from '../output.ts';
import { paintOf } from '../terminal.ts';
import { type CliDeps, type ConnectionFlags, connectionOf, verb } from '../verb.ts';
import { diffText } from './diffText.ts';
import { readDocuments } from './documents.ts';
import { applyOneByOne } from './oneByOne.ts';
import { describe, planApply } from './plan.ts';
import { proxiesText } from './proxiesText.ts';
import { allNew, applyTogether, type Conditions, type Tried, tryTogether, unchangedSince } from './together.ts';
import { waitForProxies } from './waitForProxies.ts';
import { warn } from './warnings.ts';

interface ApplyFlags extends ConnectionFlags {
  readonly file: string[];
  readonly recursive?: boolean;
  readonly var: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly dryRun?: boolean;
  readonly createOnly?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout: number;
  readonly output: Format;
}

/** `meridian apply -f FILE|DIR|URL|-`: creates or replaces resources, all documents as one change; on a terminal it shows and asks before. */
export function applyCommand(deps: CliDeps): Command {
  return verb('apply', deps)
    .description('create or replace resources from YAML or JSON, as one change')
    .requiredOption('-f, --file <source>', 'file, folder, URL or - for the standard input; repeatable', collect)
    .option('-R, --recursive', 'folders within folders, too')
    .option('-v, --var <key=value>', 'value of {{ key }} in what is applied; repeatable', addKeyValues, {})
    .option('-m, --message <text>', 'why: kept in the log with the change')
    .option('--dry-run', 'only show what it would change, in resources and in proxies')
    .option('--create-only', 'refuse all of it when something of it is there already')
    .option('-y, --yes', 'do not ask before')
    .option('--wait', 'return when every proxy that it concerns has it, in all zones that are connected')
    .addOption(new Option('--wait-timeout <seconds>', 'wait so long').default(60).argParser(seconds))
    .addOption(formatOption())
    .action(async (flags: ApplyFlags) => {
      const connection = connectionOf(flags, deps);
      const read = (source: string) =>
        readDocuments(source, { stdin: deps.stdin, recursive: flags.recursive === true, variables: flags.var });
      const lists = await Promise.all(flags.file.map(read));
      const plan = planApply(lists.flat(), await fetchCatalog(connection));
      const ask = flags.yes || flags.file.includes('-') ? undefined : deps.terminal?.ask;
      let conditions: Conditions | undefined = flags.createOnly ? allNew(plan) : undefined;
      let warned = false;
      if (flags.dryRun || deps.terminal) {
        const tried = await tryTogether(connection, plan, { proxies: flags.dryRun === true, conditions });
        if (tried) {
          // What was shown is what is written upon, however long somebody thinks about it.
          conditions = unchangedSince(tried);
          warn(plan, tried.resources, deps);
          warned = true;
          show(tried, flags, deps);
          if (flags.dryRun) return;
          if (tried.resources.every(({ status }) => status === 'unchanged')) return deps.err('nothing to change\n');
          if (ask && !isYes(await ask('apply this? [y/N] '))) throw new CliError('nothing was applied');
        }
      }
      const applied = flags.dryRun
        ? undefined
        : await applyTogether(connection, plan, { message: flags.message, key: randomUUID(), conditions });
      if (!applied && flags.createOnly)
        throw new CliError('--create-only: this control plane takes no conditions, nothing was applied');
      if (!applied) return applyOneByOne(connection, plan, flags, deps);
      if (!warned) warn(plan, applied.resources, deps);
      if (flags.output !== 'table') deps.out(`${render(applied, flags.output)}\n`);
      else for (const one of applied.resources) deps.out(`${describe(one)} ${one.status}\n`);
      if (flags.wait) await waitForProxies(connection, applied, flags.waitTimeout, deps);
    });
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

const isYes = (answer: string) => /^y(es)?$/i.test(answer.trim());

function show(tried: Tried, flags: ApplyFlags, deps: CliDeps): void {
  if (flags.output !== 'table') {
    if (flags.dryRun) deps.out(`${render(tried, flags.output)}\n`);
    return;
  }
  const paint = paintOf(deps.terminal);
  for (const one of tried.resources) deps.out(`${diffText(one, paint)}\n`);
  if (tried.proxies) deps.out(`\n${proxiesText(tried.proxies)}\n`);
}
